import { type Effect, type EffectKind, OTHER } from "./effect.js";
import type { ObjectName, TokenReader } from "./token-reader.js";

/** Reads DROP: one effect for each thing that it names. */
export function readDrop(reader: TokenReader): readonly Effect[] {
  reader.accept("DROP");
  const type = reader.acceptOne(...DROPPED_TYPES);
  if (type === undefined) return [OTHER];
  reader.accept("CONCURRENTLY");
  reader.accept("IF EXISTS");
  const names = readNames(reader);
  const cascade = endsWithCascade(reader);
  if (names.length === 0) return [{ kind: "drop-other", objectType: type.toLowerCase(), cascade }];
  return names.map(({ schema, name }) => {
    const kind = KINDS[type] ?? "drop-other";
    const target = kind === "drop-table" ? { table: name } : { object: name };
    const objectType = kind === "drop-other" ? type.toLowerCase() : undefined;
    return { kind, ...target, schema, objectType, cascade };
  });
}

const KINDS: Readonly<Record<string, EffectKind>> = {
  TABLE: "drop-table",
  "FOREIGN TABLE": "drop-table",
  VIEW: "drop-view",
  INDEX: "drop-index",
  TRIGGER: "drop-trigger",
  SCHEMA: "drop-schema",
};

const DROPPED_TYPES = [
  ...Object.keys(KINDS),
  "MATERIALIZED VIEW",
  "SEQUENCE",
  "TYPE",
  "DOMAIN",
  "FUNCTION",
  "PROCEDURE",
  "ROUTINE",
  "AGGREGATE",
  "EXTENSION",
  "RULE",
  "POLICY",
  "COLLATION",
  "STATISTICS",
  "SERVER",
  "FOREIGN DATA WRAPPER",
  "LANGUAGE",
  "CAST",
  "OPERATOR CLASS",
  "OPERATOR FAMILY",
  "OPERATOR",
];

/** Reads `a, s.b, f(int)`: the arguments of functions are left out. */
function readNames(reader: TokenReader): readonly ObjectName[] {
  const names: ObjectName[] = [];
  do {
    const name = reader.objectName();
    if (name === undefined) break;
    names.push(name);
    reader.skipGroup();
  } while (reader.acceptSymbol(","));
  return names;
}

// It is the last word; `ON table` stands in front of it for triggers, rules and policies.
function endsWithCascade(reader: TokenReader): boolean {
  let last = "";
  while (!reader.isAtEnd) {
    last = reader.word;
    reader.next();
  }
  return last === "CASCADE";
}
