import type { Routine } from "../../../schema/index.js";

/**
 * Whether CREATE OR REPLACE can make one routine of the other: it can change neither the result nor the names of parameters,
 * nor take a default away. (The names are part of `arguments`, so routines with others are not paired at all.)
 * https://www.postgresql.org/docs/current/sql-createfunction.html
 */
export function isReplaceableRoutine(from: Routine, to: Routine): boolean {
  return from.kind === to.kind && from.returns === to.returns && defaultsOf(from) <= defaultsOf(to);
}

/** How many parameters have a default. Only the last ones can, so the number tells which. */
function defaultsOf({ definition }: Routine): number {
  const head = definition.slice(0, headEnd(definition));
  return head.match(/(?<=[^']) DEFAULT /g)?.length ?? 0;
}

/** The parameters end where the engine begins the next line, with RETURNS or LANGUAGE. */
function headEnd(definition: string): number {
  const end = /\n (?:RETURNS|LANGUAGE) /.exec(definition)?.index;
  return end ?? definition.length;
}
