/** The first word of a statement in lower case, behind white space and comments; empty when there is none. */
export function firstWord(sql: string): string {
  return /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*([a-z]+)/i.exec(sql)?.[1]?.toLowerCase() ?? "";
}
