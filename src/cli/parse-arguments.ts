import { TenonError } from "../errors.js";
import { Arguments, type FlagContent, parseDuration } from "./arguments.js";
import type { ArgumentSpec, FlagSpec } from "./flag.js";

export interface ParseRequest {
  readonly flags: readonly FlagSpec[];
  /** Undefined takes any number of words. */
  readonly takes?: readonly ArgumentSpec[] | undefined;
  /** Stops at the first word that is no flag: what comes after it is given back as it is. */
  readonly stopAtWord?: boolean | undefined;
  /** What errors call it: `tenon up`. */
  readonly command: string;
}

export interface Parsed {
  readonly arguments: Arguments;
  /** What was not looked at, with `stopAtWord`. */
  readonly rest: readonly string[];
}

/**
 * Reads a command line: `--flag value`, `--flag=value`, `-f`, `--no-flag` for switches, and `--` before words that
 * begin with a dash.
 * @throws TenonError `USAGE`
 */
export function parseArguments(words: readonly string[], request: ParseRequest): Parsed {
  const values = new Map<string, FlagContent>(request.flags.map((flag) => [flag.name, undefined]));
  const positionals: string[] = [];
  let index = 0;
  for (; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "--") {
      positionals.push(...words.slice(index + 1));
      index = words.length;
      break;
    }
    // A negative number is a word: the command that gets it says what it expected.
    if (!word.startsWith("-") || word === "-" || /^-\d/.test(word)) {
      if (request.stopAtWord === true) break;
      positionals.push(word);
      continue;
    }
    const given = readFlag(word, request);
    if (given.flag.value.kind === "switch") {
      if (given.value !== undefined) throw usage(request, `${given.shown} takes no value.`);
      setOnce(values, given, !given.isNegated, request);
      continue;
    }
    const next = words[index + 1];
    const isNext =
      given.value === undefined && next !== undefined && (!next.startsWith("-") || /^-\d/.test(next));
    if (isNext) index++;
    setOnce(
      values,
      given,
      readValue(given, given.value ?? (isNext ? next : undefined), request, values),
      request,
    );
  }
  if (request.takes !== undefined) checkWords(positionals, request.takes, request);
  for (const flag of request.flags) {
    if (flag.value.kind === "switch" && values.get(flag.name) === undefined) {
      values.set(flag.name, flag.value.isOn === true);
    }
  }
  return { arguments: new Arguments(values, positionals), rest: words.slice(index) };
}

interface GivenFlag {
  readonly flag: FlagSpec;
  /** As it was written, without its value. */
  readonly shown: string;
  readonly isNegated: boolean;
  readonly value: string | undefined;
}

function readFlag(word: string, request: ParseRequest): GivenFlag {
  const [, shown = word, value] = /^([^=]*)=(.*)$/s.exec(word) ?? [];
  if (!word.startsWith("--")) {
    const flag = request.flags.find((each) => each.short === shown.slice(1));
    if (flag !== undefined) return { flag, shown, isNegated: false, value };
    throw unknownFlag(shown, request);
  }
  const name = shown.slice(2);
  const flag = request.flags.find((each) => each.name === name);
  if (flag !== undefined) return { flag, shown, isNegated: false, value };
  const negated = request.flags.find((each) => each.value.kind === "switch" && `no-${each.name}` === name);
  if (negated !== undefined) return { flag: negated, shown, isNegated: true, value };
  throw unknownFlag(shown, request);
}

function readValue(
  given: GivenFlag,
  value: string | undefined,
  request: ParseRequest,
  values: ReadonlyMap<string, FlagContent>,
): FlagContent {
  const { flag, shown } = given;
  if (value === undefined || value === "") {
    const example = flag.value.kind === "choice" ? flag.value.of.join(" or ") : describeValue(flag);
    throw usage(request, `${shown} needs a value: ${shown} ${example}.`);
  }
  switch (flag.value.kind) {
    case "choice":
      if (flag.value.of.includes(value)) return value;
      throw usage(request, `${shown} is "${value}", and can be ${flag.value.of.join(" or ")}.`);
    case "duration":
      return parseDuration(value, shown);
    case "list": {
      const known = values.get(flag.name);
      return Array.isArray(known) ? [...known, value] : [value];
    }
    case "text":
    case "switch":
      return value;
  }
}

function setOnce(
  values: Map<string, FlagContent>,
  { flag, shown }: GivenFlag,
  value: FlagContent,
  request: ParseRequest,
): void {
  const known = values.get(flag.name);
  if (known !== undefined && known !== value && flag.value.kind !== "list") {
    throw usage(request, `${shown} is given more than once, and not the same.`);
  }
  values.set(flag.name, value);
}

function checkWords(words: readonly string[], takes: readonly ArgumentSpec[], request: ParseRequest): void {
  const missing = takes.slice(words.length).find((each) => each.isRequired);
  if (missing !== undefined) {
    throw usage(request, `${request.command} needs ${missing.shown}: ${missing.summary}.`);
  }
  const surplus = words[takes.length];
  if (surplus === undefined) return;
  const taken = takes.length === 0 ? "nothing" : takes.map((each) => each.shown).join(" ");
  throw usage(request, `${request.command} takes ${taken} beside its flags, and was given "${surplus}" too.`);
}

/** How help and errors show what a flag takes; empty for a switch. */
export function describeValue(flag: FlagSpec): string {
  switch (flag.value.kind) {
    case "switch":
      return "";
    case "choice":
      return flag.value.of.join("|");
    case "duration":
      return "DURATION";
    case "text":
    case "list":
      return flag.value.shown;
  }
}

/** Only the name of the flag is told, never what was given with it: it may be a secret. */
function unknownFlag(shown: string, request: ParseRequest): TenonError {
  if (/^--?(password|pass|pwd)$/i.test(shown)) {
    return new TenonError(
      "USAGE",
      `${shown} is not taken: everyone on this machine can read what a command is given.`,
      {
        hint: "Set TENON_PASSWORD, give --password-file FILE, or answer the question on a terminal.",
      },
    );
  }
  const known = request.flags.map((flag) => `--${flag.name}`);
  return new TenonError("USAGE", `${request.command} has no flag ${shown}.`, {
    hint: `\`${request.command} --help\` lists the flags.`,
    details: { given: shown, known },
  });
}

function usage(request: ParseRequest, message: string): TenonError {
  return new TenonError("USAGE", message, { hint: `\`${request.command} --help\` tells more.` });
}
