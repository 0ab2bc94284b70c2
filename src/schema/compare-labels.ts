import type { ObjectAddress } from "./address.js";
import { canonicalJson } from "./canonical.js";
import type { Change } from "./change.js";
import { sortedByJson } from "./comparable.js";
import type { Grant } from "./model.js";

export interface Labels {
  readonly comment?: string | undefined;
  readonly grants?: readonly Grant[] | undefined;
}

/** Changes of the comment and the grants of an object that is on both sides. */
export function compareLabels(object: ObjectAddress, before: Labels, after: Labels): readonly Change[] {
  const changes: Change[] = [];
  if ((before.comment ?? "") !== (after.comment ?? ""))
    changes.push({ kind: "change-comment", object, from: before.comment, to: after.comment });
  const from = before.grants ?? [];
  const to = after.grants ?? [];
  if (grantsJson(from) !== grantsJson(to)) changes.push({ kind: "change-grants", object, from, to });
  return changes;
}

function grantsJson(grants: readonly Grant[]): string {
  return canonicalJson(sortedByJson(grants.map((grant) => ({ ...grant }))));
}
