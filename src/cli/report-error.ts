import { isAbsolute, relative } from "node:path";

import { describePlace, type Place, TenonError } from "../errors.js";
import { printable } from "./display-width.js";
import type { Paint } from "./paint.js";

export interface ReportOptions {
  readonly paint: Paint;
  readonly workingFolder: string;
  /** Also the causes and the stack. */
  readonly isVerbose: boolean;
}

/** Anything that was thrown, as an error of ours: what nobody foresaw is an `INTERNAL` one. */
export function toTenonError(thrown: unknown): TenonError {
  if (thrown instanceof TenonError) return thrown;
  if (isForeignTenonError(thrown)) {
    const { code, message, where, hint, details } = thrown;
    return new TenonError(code, message, { where, hint, details, cause: thrown });
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new TenonError("INTERNAL", `Something happened that Tenon does not foresee: ${message}`, {
    hint: "Please report it, with what `--verbose` prints, and what the command was.",
    cause: thrown,
  });
}

/** An error for people: what and why, where, what next. */
export function describeError(error: TenonError, options: ReportOptions): string {
  const { paint } = options;
  const place = describePlace(shownPlace(error.where, options.workingFolder));
  const lines = [`${paint.red(paint.bold("error:"))} ${printableLines(error.message)}`];
  if (place !== "") lines.push(`  ${paint.dim("where")}  ${printable(place)}`);
  if (error.hint !== undefined) lines.push(`  ${paint.dim("hint")}   ${printableLines(error.hint)}`);
  lines.push(`  ${paint.dim("code")}   ${error.code}`);
  if (options.isVerbose) lines.push("", ...stacksOf(error));
  return `${lines.join("\n")}\n`;
}

/** Files below the working folder are shown as one would type them. */
function shownPlace(place: Place, workingFolder: string): Place {
  const { file } = place;
  if (file === undefined || !isAbsolute(file)) return place;
  const shorter = relative(workingFolder, file);
  return shorter.startsWith("..") || isAbsolute(shorter) ? place : { ...place, file: shorter };
}

/** A message may quote a database or a file: what it quotes must not reach the terminal as commands. */
function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

function stacksOf(error: Error): string[] {
  const lines = [error.stack ?? error.message];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    lines.push(`caused by ${cause.stack ?? cause.message}`);
  }
  return lines;
}

/** A config may have loaded another copy of the package, whose errors are of another class. */
function isForeignTenonError(thrown: unknown): thrown is TenonError {
  return (
    thrown instanceof Error &&
    thrown.name === "TenonError" &&
    "code" in thrown &&
    typeof thrown.code === "string" &&
    "where" in thrown &&
    typeof thrown.where === "object"
  );
}
