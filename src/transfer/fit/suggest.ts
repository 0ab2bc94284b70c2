import type { ConversionName } from "./conversions.js";
import type { ColumnChoice } from "./mapping.js";
import { readTargetType, type TargetType } from "./target-type.js";
import { type ToPostgres, treatValue } from "./treatment.js";
import type { StoredValue } from "./verdict.js";

/** The first choice under which the samples of what does not fit would fit; to leave those rows out where there is none. */
export function suggestChoice(samples: readonly StoredValue[], treatment: ToPostgres): ColumnChoice {
  for (const choice of candidates(treatment.type)) {
    const type = choice.type === undefined ? treatment.type : readTargetType(choice.type);
    const convert = [...treatment.convert, ...(choice.convert ?? [])];
    const tried: ToPostgres = { ...treatment, type, convert, otherwise: "stop" };
    if (samples.every((sample) => treatValue(sample, tried).kind === "value"))
      return convert.length === 0 ? choice : { ...choice, convert };
  }
  const isEmpty = samples.includes("") && !treatment.convert.includes("empty-to-null");
  const convert: readonly ConversionName[] = [
    ...treatment.convert,
    ...(isEmpty ? ["empty-to-null" as const] : []),
  ];
  return { ...(convert.length === 0 ? {} : { convert }), otherwise: "reject" };
}

function candidates({ kind }: TargetType): readonly ColumnChoice[] {
  switch (kind) {
    case "boolean":
      return [by("empty-to-null"), by("boolean-words"), { type: "bigint" }, { type: "text" }];
    case "integer":
      return [
        by("empty-to-null"),
        { type: "bigint" },
        { type: "numeric" },
        { type: "double precision" },
        { type: "text" },
      ];
    case "numeric":
    case "double":
    case "single":
      return [
        by("empty-to-null"),
        { type: "numeric" },
        { type: "double precision" },
        by("number-text"),
        { type: "text" },
      ];
    case "text":
      return [
        { type: "text" },
        by("strip-nul"),
        by("windows-1252"),
        by("utf8-text"),
        { type: "bytea", convert: ["utf8-bytes"] },
      ];
    case "bytes":
      return [by("utf8-bytes"), { type: "text" }];
    case "json":
      return [by("empty-to-null"), by("utf8-text"), { type: "text" }];
    case "uuid":
      return [by("empty-to-null"), by("uuid-bytes"), { type: "text" }];
    case "date":
      return [
        by("empty-to-null"),
        { type: "timestamp without time zone" },
        { type: "timestamp with time zone" },
        { type: "timestamp with time zone", convert: ["epoch-milliseconds"] },
      ];
    case "timestamp":
      return [by("empty-to-null"), { type: "timestamp with time zone" }, by("to-utc")];
    case "time":
      return [by("empty-to-null"), { type: "text" }];
    case "other":
      return [by("empty-to-null"), { type: "text" }];
  }
}

function by(name: ConversionName): ColumnChoice {
  return { convert: [name] };
}
