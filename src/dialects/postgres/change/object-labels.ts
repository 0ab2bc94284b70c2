import type { Change, Grant, ObjectAddress } from "../../../schema/index.js";
import type { ChangeWork } from "./change-work.js";
import { comment, grantChanges } from "./statements/labels.js";

/** The comment and the rights of an object that was just made. */
export function labelsOf(
  work: ChangeWork,
  object: ObjectAddress,
  item: { readonly comment?: string | undefined; readonly grants?: readonly Grant[] | undefined },
  changes: Iterable<Change>,
): void {
  const models = [work.comparison.to];
  if (item.comment !== undefined) work.add(comment(object, item.comment, models), changes);
  if (item.grants === undefined) return;
  // Everyone may use a new type and call a new routine: https://www.postgresql.org/docs/current/ddl-priv.html
  const usual: Readonly<Record<string, string>> = { routine: "EXECUTE", type: "USAGE" };
  const right = usual[object.kind];
  const from = right === undefined ? [] : [{ grantee: "PUBLIC", privileges: [right] }];
  for (const text of grantChanges(object, from, item.grants, models)) work.add(text, changes);
}
