import type { DatabaseModel, Grant, ObjectAddress } from "../../../../schema/index.js";
import { literal, qualified, quote } from "../../names.js";

/** COMMENT ON for any object; without a text it takes the comment away. */
export function comment(object: ObjectAddress, text: string | undefined, models: Models): string {
  const value = text === undefined || text === "" ? "NULL" : literal(text);
  return `COMMENT ON ${commentTarget(object, models)} IS ${value}`;
}

/** Where an object is looked up when its address does not tell enough (a domain, a procedure, a materialised view). */
export type Models = readonly DatabaseModel[];

function commentTarget(object: ObjectAddress, models: Models): string {
  const { kind, schema, table, name } = object;
  const owner = qualified({ schema, name: table ?? "" });
  switch (kind) {
    case "schema":
      return `SCHEMA ${quote(name)}`;
    case "extension":
      return `EXTENSION ${quote(name)}`;
    case "column":
      return `COLUMN ${owner}.${quote(name)}`;
    case "constraint":
    case "trigger":
    case "policy":
      return `${kind.toUpperCase()} ${quote(name)} ON ${owner}`;
    case "index":
      return `INDEX ${qualified({ schema, name })}`;
    case "view":
      return `${viewNoun(object, models)} ${qualified({ schema, name })}`;
    case "type":
      return `${isDomain(object, models) ? "DOMAIN" : "TYPE"} ${qualified({ schema, name })}`;
    case "routine":
      return `${routineNoun(object, models)} ${routineSql(object)}`;
    default:
      return `${kind.toUpperCase()} ${qualified({ schema, name })}`;
  }
}

function viewNoun(object: ObjectAddress, models: Models): string {
  const view = models.flatMap((model) => model.views).find((item) => isNamed(item, object));
  return view?.materialized === true ? "MATERIALIZED VIEW" : "VIEW";
}

function isDomain(object: ObjectAddress, models: Models): boolean {
  return models.flatMap((model) => model.types).find((item) => isNamed(item, object))?.kind === "domain";
}

function routineNoun(object: ObjectAddress, models: Models): string {
  const found = models
    .flatMap((model) => model.routines)
    .find((item) => item.schema === object.schema && `${item.name}(${item.arguments})` === object.name);
  return found?.kind === "procedure" ? "PROCEDURE" : "FUNCTION";
}

function isNamed(item: { readonly schema: string; readonly name: string }, object: ObjectAddress): boolean {
  return item.schema === object.schema && item.name === object.name;
}

/** A routine's address, `add(integer, integer)`, as SQL. */
export function routineSql({ schema, name }: { readonly schema: string; readonly name: string }): string {
  const open = name.indexOf("(");
  return `${qualified({ schema, name: name.slice(0, open) })}${name.slice(open)}`;
}

/** GRANT and REVOKE so that the first rights become the second. */
export function grantChanges(
  object: ObjectAddress,
  from: readonly Grant[],
  to: readonly Grant[],
  models: Models,
): readonly string[] {
  const target = grantTarget(object, models);
  if (target === undefined) return [];
  const before = new Map(from.flatMap(single).map((item) => [item.key, item]));
  const after = new Map(to.flatMap(single).map((item) => [item.key, item]));
  const revoked = [...before.values()].filter((item) => !after.has(item.key));
  const granted = [...after.values()].filter((item) => !before.has(item.key));
  return [
    ...revoked.map(
      ({ grantee, privilege }) =>
        `REVOKE ${target.privilege(privilege)} ON ${target.sql} FROM ${roleSql(grantee)}`,
    ),
    ...granted.map(
      ({ grantee, privilege, grantable }) =>
        `GRANT ${target.privilege(privilege)} ON ${target.sql} TO ${roleSql(grantee)}${grantable ? " WITH GRANT OPTION" : ""}`,
    ),
  ];
}

function single({ grantee, privileges, grantable = false }: Grant) {
  return privileges.map((privilege) => ({
    grantee,
    privilege,
    grantable,
    key: `${grantee}\0${privilege}\0${grantable}`,
  }));
}

function grantTarget(object: ObjectAddress, models: Models) {
  const { kind, schema, table, name } = object;
  const plain = (privilege: string) => privilege;
  switch (kind) {
    case "schema":
      return { sql: `SCHEMA ${quote(name)}`, privilege: plain };
    case "table":
    case "view":
      return { sql: `TABLE ${qualified({ schema, name })}`, privilege: plain };
    case "column":
      return {
        sql: `TABLE ${qualified({ schema, name: table ?? "" })}`,
        privilege: (privilege: string) => `${privilege} (${quote(name)})`,
      };
    case "sequence":
      return { sql: `SEQUENCE ${qualified({ schema, name })}`, privilege: plain };
    case "type":
      return {
        sql: `${isDomain(object, models) ? "DOMAIN" : "TYPE"} ${qualified({ schema, name })}`,
        privilege: plain,
      };
    case "routine":
      return { sql: `${routineNoun(object, models)} ${routineSql(object)}`, privilege: plain };
    default:
      return undefined;
  }
}

function roleSql(role: string): string {
  return role === "PUBLIC" ? "PUBLIC" : quote(role);
}
