import type { Dependency, ObjectName } from "./address.js";
import type { Check } from "./constraint.js";
import type { Grant } from "./model.js";

/** A type that somebody made. Ranges, base types and shells are `others`. */
export type UserType = EnumType | DomainType | CompositeType;

interface TypeBase extends ObjectName {
  readonly comment?: string | undefined;
  readonly grants?: readonly Grant[] | undefined;
  readonly dependsOn?: readonly Dependency[] | undefined;
}

export interface EnumType extends TypeBase {
  readonly kind: "enum";
  readonly values: readonly string[];
}

export interface DomainType extends TypeBase {
  readonly kind: "domain";
  readonly type: string;
  readonly notNull?: boolean | undefined;
  readonly default?: string | undefined;
  readonly collation?: string | undefined;
  readonly checks: readonly Check[];
}

export interface CompositeType extends TypeBase {
  readonly kind: "composite";
  readonly attributes: readonly CompositeAttribute[];
}

export interface CompositeAttribute {
  readonly name: string;
  readonly type: string;
  readonly collation?: string | undefined;
}

/** Absent is what the engine gives a sequence of that type by itself. Numbers are decimal text. */
export interface SequenceOptions {
  readonly start?: string | undefined;
  readonly increment?: string | undefined;
  readonly minimum?: string | undefined;
  readonly maximum?: string | undefined;
  readonly cache?: string | undefined;
  readonly cycle?: boolean | undefined;
}

/**
 * A sequence of its own. The one behind an identity column is part of the column. Its value is data, not
 * model.
 */
export interface Sequence extends ObjectName, SequenceOptions {
  /** `bigint` is the default and left out. */
  readonly type?: string | undefined;
  readonly unlogged?: boolean | undefined;
  readonly ownedBy?: SequenceOwner | undefined;
  readonly comment?: string | undefined;
  readonly grants?: readonly Grant[] | undefined;
}

export interface SequenceOwner {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

/** A function or procedure, carried as text. Aggregates are `others`. */
export interface Routine extends ObjectName {
  readonly kind: "function" | "procedure";
  /** `pg_get_function_identity_arguments`: with the name it tells overloads apart. */
  readonly arguments: string;
  /** `pg_get_function_result`; absent for procedures. A change of it needs the function made anew. */
  readonly returns?: string | undefined;
  /** `pg_get_functiondef`. */
  readonly definition: string;
  readonly comment?: string | undefined;
  readonly grants?: readonly Grant[] | undefined;
  readonly dependsOn?: readonly Dependency[] | undefined;
}

/** The name under which a routine stands in addresses: `add(integer, integer)`. */
export function signatureOf(routine: Pick<Routine, "name" | "arguments">): string {
  return `${routine.name}(${routine.arguments})`;
}
