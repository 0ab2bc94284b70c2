import type { Policy, Trigger } from "../../../../schema/index.js";
import { qualified, quote } from "../../names.js";

export interface Owner {
  readonly schema: string;
  readonly name: string;
}

export function createPolicy(policy: Policy, table: Owner): string {
  const lines = [`CREATE POLICY ${quote(policy.name)} ON ${qualified(table)}`];
  if (policy.restrictive === true) lines.push("  AS RESTRICTIVE");
  lines.push(`  FOR ${policy.command.toUpperCase()}`, `  TO ${rolesOf(policy)}`);
  if (policy.using !== undefined) lines.push(`  USING (${policy.using})`);
  if (policy.check !== undefined) lines.push(`  WITH CHECK (${policy.check})`);
  return lines.join("\n");
}

/** ALTER POLICY, or undefined where the policy must be made anew: a clause can be changed, but not taken away. */
export function alterPolicy(from: Policy, to: Policy, table: Owner): string | undefined {
  const isOther = from.command !== to.command || (from.restrictive === true) !== (to.restrictive === true);
  const losesClause =
    (from.using !== undefined && to.using === undefined) ||
    (from.check !== undefined && to.check === undefined);
  if (isOther || losesClause) return undefined;
  const lines = [`ALTER POLICY ${quote(to.name)} ON ${qualified(table)}`, `  TO ${rolesOf(to)}`];
  if (to.using !== undefined) lines.push(`  USING (${to.using})`);
  if (to.check !== undefined) lines.push(`  WITH CHECK (${to.check})`);
  return lines.join("\n");
}

function rolesOf(policy: Policy): string {
  return policy.roles === undefined || policy.roles.length === 0
    ? "PUBLIC"
    : policy.roles.map(quote).join(", ");
}

export function dropPolicy(name: string, table: Owner): string {
  return `DROP POLICY ${quote(name)} ON ${qualified(table)}`;
}

export function dropTrigger(name: string, table: Owner): string {
  return `DROP TRIGGER ${quote(name)} ON ${qualified(table)}`;
}

const FIRES = {
  usual: "ENABLE TRIGGER",
  disabled: "DISABLE TRIGGER",
  replica: "ENABLE REPLICA TRIGGER",
  always: "ENABLE ALWAYS TRIGGER",
} as const;

export function enableTrigger({ name, enabled }: Trigger, table: Owner): string {
  return `ALTER TABLE ${qualified(table)}\n  ${FIRES[enabled ?? "usual"]} ${quote(name)}`;
}
