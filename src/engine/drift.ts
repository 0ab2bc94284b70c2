import type { Dialect } from "../dialects/index.js";
import {
  type Change,
  type DatabaseModel,
  describe,
  formatAddress,
  type ObjectKind,
} from "../schema/index.js";

/** One object that is not as it should be. */
export interface DriftItem {
  /** `missing`: it should be there; `extra`: nobody made it; `different`: it is there and not the same. */
  readonly kind: "missing" | "extra" | "different";
  readonly objectKind: ObjectKind;
  /** Its name, qualified where it is not in the default schema. */
  readonly object: string;
  /** A sentence for people. */
  readonly description: string;
  /** Its definition as it should be and as it is, as plain data. */
  readonly expected: unknown;
  readonly found: unknown;
}

/** Compares what the database should look like with what it looks like, object by object. */
export async function findDrift(
  dialect: Dialect,
  expected: DatabaseModel,
  found: DatabaseModel,
): Promise<readonly DriftItem[]> {
  const schema = await dialect.loadSchema();
  const { changes, unjudged } = schema.compare(expected, found);
  const others = unjudged.map((each): DriftItem => {
    const object = each.from ?? each.to;
    return {
      kind: each.to === undefined ? "missing" : each.from === undefined ? "extra" : "different",
      objectKind: "other",
      object: object === undefined ? "" : formatAddress({ ...object, kind: "other" }),
      description: each.reason,
      expected: each.from,
      found: each.to,
    };
  });
  return [...changes.map(itemOf), ...others];
}

function itemOf(change: Change): DriftItem {
  const facts = {
    objectKind: change.object.kind,
    object: formatAddress(change.object),
    description: describe(change),
    expected: "from" in change ? change.from : undefined,
    found: "to" in change ? change.to : undefined,
  };
  if (/^(create|add)-/.test(change.kind)) return { kind: "extra", ...facts };
  if (change.kind.startsWith("drop-")) return { kind: "missing", ...facts };
  return { kind: "different", ...facts };
}
