/** One flag as it is parsed and as help shows it. */
export interface FlagSpec {
  /** Without the dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string | undefined;
  readonly value: FlagValue;
  readonly summary: string;
}

export type FlagValue =
  /** On or off; `--no-NAME` switches it off. */
  | { readonly kind: "switch"; readonly isOn?: boolean | undefined }
  | { readonly kind: "text"; readonly shown: string }
  /** May be given several times. */
  | { readonly kind: "list"; readonly shown: string }
  | { readonly kind: "choice"; readonly of: readonly string[] }
  /** Milliseconds, or a number with ms, s, m or h. */
  | { readonly kind: "duration" };

/** Something that stands after the command's name without a flag. */
export interface ArgumentSpec {
  /** As help shows it: `NAME`, `V`. */
  readonly shown: string;
  readonly isRequired: boolean;
  readonly summary: string;
}

export const SWITCH: FlagValue = { kind: "switch" };

export function text(shown: string): FlagValue {
  return { kind: "text", shown };
}

/** The flags that every command takes. */
export const GLOBAL_FLAGS: readonly FlagSpec[] = [
  { name: "url", value: text("URL"), summary: "the database: file:app.db, postgres://…, pglite:./folder" },
  { name: "dir", value: text("DIR"), summary: "a folder of migrations, as one core module called main" },
  {
    name: "layout",
    value: text("NAME"),
    summary: "the tool whose folder it is, where that cannot be seen: goose, flyway, …",
  },
  { name: "config", value: text("FILE"), summary: "the config, instead of tenon.config.* of this folder" },
  { name: "env", value: text("FILE"), summary: "an ini file with a [database] section, instead of env.ini" },
  { name: "module", value: text("NAME"), summary: "only this module" },
  { name: "journal", value: text("NAME"), summary: "the journal table, instead of schema_migrations" },
  {
    name: "legacy-module",
    value: text("NAME"),
    summary: "the module that a schema_version table belongs to",
  },
  {
    name: "lock-timeout",
    value: { kind: "duration" },
    summary: "how long to wait for another process: 500, 500ms, 10s, 2m",
  },
  {
    name: "transaction",
    value: { kind: "choice", of: ["run", "each"] },
    summary: "one transaction for the run, or one each",
  },
  {
    name: "password-file",
    value: text("FILE"),
    summary: "a file with the password of an encrypted database",
  },
  { name: "json", value: SWITCH, summary: "one JSON document on stdout" },
  { name: "yes", short: "y", value: SWITCH, summary: "answer every question with yes" },
  { name: "quiet", short: "q", value: SWITCH, summary: "no progress and no notes" },
  { name: "color", value: { kind: "switch", isOn: true }, summary: "no colours (as NO_COLOR does)" },
  { name: "verbose", value: SWITCH, summary: "causes and stack traces with errors (as TENON_DEBUG=1 does)" },
  { name: "help", short: "h", value: SWITCH, summary: "tells about the program or the command" },
  { name: "version", value: SWITCH, summary: "prints the version" },
];
