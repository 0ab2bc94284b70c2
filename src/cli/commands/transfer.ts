import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { transfer as runTransfer } from "../../api/index.js";
import { messageOf, TenonError } from "../../errors.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { SWITCH, text } from "../flag.js";
import { readPassword } from "../password.js";
import { currentUser } from "../project.js";
import { TransferProgress } from "../transfer-progress.js";
import { describeReport } from "../transfer-report.js";

export const command: Command = {
  takes: [],
  flags: [
    { name: "from", value: text("URL"), summary: "the database that is read, and never written" },
    {
      name: "to",
      value: text("URL"),
      summary: "the database that gets everything; its tables are absent or empty",
    },
    {
      name: "dry-run",
      value: SWITCH,
      summary: "look at everything, tell what does not fit, and write nothing",
    },
    { name: "map", value: text("FILE"), summary: "what becomes of values that do not fit" },
    { name: "write-map", value: text("FILE"), summary: "write such a file to start from, and nothing else" },
    {
      name: "leave-out",
      value: { kind: "list", shown: "NAME" },
      summary: "what the target cannot have and may stay behind; * for all",
    },
    { name: "into-schema", value: text("NAME"), summary: "the schema that gets the tables (PostgreSQL)" },
    {
      name: "resume",
      value: SWITCH,
      summary: "go on after the last finished chunk of an interrupted transfer",
    },
    { name: "restart", value: SWITCH, summary: "drop what an interrupted transfer loaded, and begin anew" },
    {
      name: "proof",
      value: { kind: "choice", of: ["full", "rows"] },
      summary: "compare every column by checksums (full, as always), or only count rows",
    },
    { name: "jobs", value: text("N"), summary: "how many sessions load at the same time" },
    { name: "from-password-file", value: text("FILE"), summary: "a file with the password of --from" },
    {
      name: "to-password-file",
      value: text("FILE"),
      summary: "a file with the password that --to is to have",
    },
  ],
  details:
    "Moves schema and rows from SQLite to PostgreSQL and back, from PostgreSQL to PostgreSQL, or from a SQLite file to\n" +
    "another one with another password or none. Every value is looked at, and what does not fit is told with rows;\n" +
    "nothing is written then. Everything is loaded unseen, compared with the source, and visible at once at the end.\n" +
    "An interrupted transfer goes on with --resume.",
  examples: [
    {
      line: "tenon transfer --from file:app.db --to postgres://localhost/app --dry-run",
      does: "what would happen",
    },
    { line: "tenon transfer --from file:app.db --to postgres://localhost/app", does: "moves everything" },
    { line: "tenon transfer --from postgres://localhost/app --to file:copy.db", does: "a copy to work with" },
    {
      line: "tenon transfer --from file:app.db --to file:safe.db --to-password-file secret.txt",
      does: "an encrypted copy",
    },
  ],
  run: transfer,
};

async function transfer(context: CommandContext): Promise<Outcome> {
  const { arguments: given, terminal } = context;
  const from = given.text("from");
  const to = given.text("to");
  if (from === undefined || to === undefined) {
    throw new TenonError(
      "USAGE",
      `Nothing says what to transfer: --${from === undefined ? "from" : "to"} is missing.`,
      {
        hint: "Give two databases: tenon transfer --from file:app.db --to postgres://localhost/app.",
      },
    );
  }
  if (given.isSet("resume") && given.isSet("restart")) {
    throw new TenonError(
      "USAGE",
      "--resume goes on and --restart begins anew: only one of them can be meant.",
    );
  }
  const mapFile = given.text("map");
  const newMap = given.text("write-map");
  if (newMap !== undefined && existsSync(resolve(context.workingFolder, newMap))) {
    throw new TenonError("FILE_EXISTS", `${newMap} is there already.`, {
      hint: "Name another file, or remove it.",
    });
  }
  const progress = new TransferProgress(terminal, () => performance.now());
  context.closeAtEnd(async () => progress.close());
  const { readMapping, writeMapping } = await import("../../transfer/index.js");
  const jobs = given.text("jobs");
  const settings = await context.settings();
  const report = await runTransfer({
    from,
    to,
    fromEncryption: passwordIn(context, "from-password-file"),
    toEncryption: passwordIn(context, "to-password-file"),
    mapping:
      mapFile === undefined
        ? undefined
        : readMapping(readText(resolve(context.workingFolder, mapFile), mapFile), mapFile),
    intoSchema: given.text("into-schema"),
    earlier: given.isSet("resume") ? "resume" : given.isSet("restart") ? "restart" : undefined,
    dryRun: given.isSet("dry-run") || newMap !== undefined,
    jobs: jobs === undefined ? undefined : readJobs(jobs),
    proof: given.text("proof") === "rows" ? "rows" : "full",
    leaveOut: given.list("leave-out"),
    modules: settings.modules,
    journal: settings.journal,
    appliedBy: currentUser(),
    onEvent: (event) => progress.onEvent(event),
  }).catch((error: unknown) => {
    throw namePasswordFlags(error);
  });
  progress.close();
  if (newMap !== undefined)
    writeFileSync(resolve(context.workingFolder, newMap), writeMapping(report), { flag: "wx" });
  const isOpen = report.findings.some((finding) => finding.isOpen);
  return {
    data: { ...report },
    text: () =>
      newMap === undefined
        ? describeReport(report, terminal)
        : `Wrote ${newMap}: say in it what becomes of each column.\n`,
    status: isOpen && newMap === undefined ? 1 : 0,
  };
}

function readJobs(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new TenonError("USAGE", `--jobs takes a number from 1 to 64, and not ${JSON.stringify(text)}.`);
}

/** The hint of the error names flags of other commands. */
function namePasswordFlags(error: unknown): unknown {
  if (!(error instanceof TenonError) || error.code !== "ENCRYPTION_PASSWORD_REQUIRED") return error;
  return new TenonError(error.code, error.message, {
    where: error.where,
    hint: "Give it in a file: --from-password-file for the source, --to-password-file for the target. Nothing was changed.",
    cause: error,
  });
}

function passwordIn(context: CommandContext, flag: string): { readonly password: string } | undefined {
  const path = context.arguments.text(flag);
  if (path === undefined) return undefined;
  return {
    password: readPassword({ kind: "file", path: resolve(context.workingFolder, path) }, context.terminal),
  };
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new TenonError("FILE_FAILED", `The mapping file ${name} cannot be read: ${messageOf(error)}.`, {
      hint: "Check the path given with --map.",
      cause: error,
    });
  }
}
