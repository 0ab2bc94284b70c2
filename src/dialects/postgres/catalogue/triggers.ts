import type { Row } from "../../../connection/index.js";
import type { Policy, Trigger } from "../../../schema/index.js";
import { withoutOuterParentheses } from "../expression.js";
import { type Catalogue, stringsOf } from "./catalogue.js";

export interface TriggerRow extends Row {
  readonly oid: string;
  readonly relation: string;
  readonly name: string;
  readonly definition: string;
  /** `O` as usual, `D` disabled, `R` on a replica only, `A` always. */
  readonly enabled: string;
}

/** Triggers that somebody made: not those behind foreign keys, nor those that a partition has from its parent. */
export function readTriggers({ connection, namespaces }: Catalogue): Promise<TriggerRow[]> {
  return connection.query<TriggerRow>(
    `SELECT
      t.oid::text AS oid,
      t.tgrelid::text AS relation,
      t.tgname AS name,
      pg_catalog.pg_get_triggerdef(t.oid) AS definition,
      t.tgenabled::text AS enabled
    FROM pg_catalog.pg_trigger AS t
    JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
    WHERE c.relnamespace = ANY ($1::oid[])
      AND NOT t.tgisinternal
      AND t.tgparentid = 0`,
    [namespaces],
  );
}

const ENABLED: Readonly<Record<string, Trigger["enabled"]>> = {
  D: "disabled",
  R: "replica",
  A: "always",
};

export function triggerFrom(row: TriggerRow, comment: string | undefined): Trigger {
  return { name: row.name, definition: row.definition, enabled: ENABLED[row.enabled], comment };
}

export interface PolicyRow extends Row {
  readonly oid: string;
  readonly relation: string;
  readonly name: string;
  /** `r` select, `a` insert, `w` update, `d` delete, `*` all. */
  readonly command: string;
  readonly permissive: boolean;
  readonly roles: string;
  readonly using: string | null;
  readonly check: string | null;
}

export function readPolicies({ connection, namespaces }: Catalogue): Promise<PolicyRow[]> {
  return connection.query<PolicyRow>(
    `SELECT
      p.oid::text AS oid,
      p.polrelid::text AS relation,
      p.polname AS name,
      p.polcmd::text AS command,
      p.polpermissive AS permissive,
      (SELECT COALESCE(json_agg(r.rolname ORDER BY r.rolname), '[]')::text
        FROM pg_catalog.pg_roles AS r
        WHERE r.oid = ANY (p.polroles)) AS roles,
      pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS using,
      pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS check
    FROM pg_catalog.pg_policy AS p
    JOIN pg_catalog.pg_class AS c ON c.oid = p.polrelid
    WHERE c.relnamespace = ANY ($1::oid[])`,
    [namespaces],
  );
}

const COMMANDS: Readonly<Record<string, Policy["command"]>> = {
  r: "select",
  a: "insert",
  w: "update",
  d: "delete",
};

export function policyFrom(row: PolicyRow, comment: string | undefined): Policy {
  const roles = stringsOf(row.roles);
  return {
    name: row.name,
    command: COMMANDS[row.command] ?? "all",
    restrictive: !row.permissive || undefined,
    roles: roles.length === 0 ? undefined : roles,
    using: row.using === null ? undefined : withoutOuterParentheses(row.using),
    check: row.check === null ? undefined : withoutOuterParentheses(row.check),
    comment,
  };
}
