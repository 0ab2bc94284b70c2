import type {
  DatabaseModel,
  Dependency,
  ObjectName,
  OtherObject,
  Policy,
  Routine,
  Table,
  Trigger,
  UserType,
  View,
} from "../../../schema/index.js";
import { nameKey } from "./model-index.js";

/** An object that needs another one. `columns` are those that it needs of a table or view, where it needs some. */
export type Dependent = { readonly columns: readonly string[] } & (
  | { readonly kind: "view"; readonly item: View }
  | { readonly kind: "routine"; readonly item: Routine }
  | { readonly kind: "policy"; readonly item: Policy; readonly owner: ObjectName }
  | { readonly kind: "trigger"; readonly item: Trigger; readonly owner: ObjectName }
  | { readonly kind: "table"; readonly item: Table }
  | { readonly kind: "type"; readonly item: UserType }
  | { readonly kind: "other"; readonly item: OtherObject }
);

/** Finds who needs an object, by the kind and name of that object. */
export type DependentsOf = (kind: Dependency["kind"], name: ObjectName) => readonly Dependent[];

export function dependentsIn(model: DatabaseModel): DependentsOf {
  const found = new Map<string, Dependent[]>();
  const add = (
    needs: readonly Dependency[] | undefined,
    dependent: (columns: readonly string[]) => Dependent,
  ) => {
    for (const need of needs ?? []) {
      const key = `${need.kind}\0${nameKey(need)}`;
      const list = found.get(key) ?? [];
      found.set(key, list);
      list.push(dependent(need.columns ?? []));
    }
  };
  for (const item of model.views) add(item.dependsOn, (columns) => ({ kind: "view", item, columns }));
  for (const item of model.routines) add(item.dependsOn, (columns) => ({ kind: "routine", item, columns }));
  for (const item of model.types) add(item.dependsOn, (columns) => ({ kind: "type", item, columns }));
  for (const item of model.others) add(item.dependsOn, (columns) => ({ kind: "other", item, columns }));
  for (const table of model.tables) {
    add(table.dependsOn, (columns) => ({ kind: "table", item: table, columns }));
    for (const item of table.policies ?? []) {
      add(item.dependsOn, (columns) => ({ kind: "policy", item, owner: table, columns }));
    }
  }
  for (const owner of [...model.tables, ...model.views]) {
    for (const item of owner.triggers) {
      add(item.dependsOn, (columns) => ({ kind: "trigger", item, owner, columns }));
    }
  }
  return (kind, name) => found.get(`${kind}\0${nameKey(name)}`) ?? [];
}
