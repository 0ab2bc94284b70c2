import type { Policy } from "../../schema/index.js";
import { isRole } from "./find-objects.js";
import type { DrizzlePolicy } from "./shape.js";
import { type TableReading, unsupported } from "./table-parts.js";

/** The policies of each table: those in its third argument, and those that stand by themselves and are linked to it. */
export function readPolicies(
  standing: readonly DrizzlePolicy[],
  readings: readonly TableReading[],
): ReadonlyMap<object, readonly Policy[]> {
  const byTable = new Map<object, Policy[]>();
  for (const reading of readings) {
    byTable.set(
      reading.table,
      (reading.config.policies ?? []).map((policy) => readPolicy(policy, reading)),
    );
  }
  for (const policy of standing) {
    const reading = readings.find((each) => each.table === policy._linkedTable);
    if (reading === undefined) throw homeless(policy);
    byTable.get(reading.table)?.push(readPolicy(policy, reading));
  }
  return byTable;
}

function readPolicy(policy: DrizzlePolicy, reading: TableReading): Policy {
  const what = `the policy ${policy.name}`;
  return {
    name: policy.name,
    command: policy.for ?? "all",
    restrictive: policy.as === "restrictive",
    roles: rolesOf(policy, reading.name),
    using: policy.using === undefined ? undefined : reading.text(policy.using, what),
    check: policy.withCheck === undefined ? undefined : reading.text(policy.withCheck, what),
  };
}

function rolesOf(policy: DrizzlePolicy, table: string): readonly string[] | undefined {
  const { to } = policy;
  if (to === undefined) return undefined;
  const given = isList(to) ? to : [to];
  const names = given.map((role) => (isRole(role) ? role.name : String(role)));
  if (names.some((name) => name.toLowerCase() === "public")) return undefined;
  const floating = names.find((name) => WHO_ASKS.has(name.toLowerCase()));
  if (floating !== undefined) {
    throw unsupported(
      `${table}.${policy.name}`,
      `The policy ${policy.name} of ${table} is for ${floating}, which is whoever runs the migration.`,
      "Name the role.",
    );
  }
  return names.sort();
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

/** PostgreSQL puts the name of the role in their place when the policy is made. */
const WHO_ASKS = new Set(["current_user", "current_role", "session_user"]);

function homeless(policy: DrizzlePolicy) {
  return unsupported(
    policy.name,
    policy._linkedTable === undefined
      ? `The policy ${policy.name} belongs to no table.`
      : `The policy ${policy.name} is linked to a table that this module does not have.`,
    "Return it from the third argument of its table, or .link() it to a table of this module.",
  );
}
