import { loadDialect } from "../dialects/index.js";
import { Journal } from "../engine/index.js";
import { TenonError } from "../errors.js";
import type { Adoption, AdoptionRequest } from "./adoption.js";
import { type FoundTool, findTools } from "./find-tools.js";
import { planBaseline } from "./plan-baseline.js";
import { planConversion } from "./plan-conversion.js";
import { planHistory } from "./plan-history.js";
import { FOREIGN_TOOLS } from "./tools/index.js";

/** The tools whose tables are known, by name. */
export const TOOL_NAMES: readonly string[] = FOREIGN_TOOLS.map((tool) => tool.name);

/**
 * Finds out what another tool has applied to a database, and matches it with the migrations of a module; or, where its
 * migrations are programs or there is no history at all, writes the schema as it stands as the first migration.
 *
 * @throws TenonError `HISTORY_NOT_FOUND`, `HISTORY_AMBIGUOUS`, `USAGE`, and for a baseline `CHANGE_UNSUPPORTED`
 */
export async function planAdoption(request: AdoptionRequest): Promise<Adoption> {
  const { connection, baseline = false, from, table } = request;
  if (from !== undefined) refuseUnknownTool(from);
  const dialect = await loadDialect(connection.engine);
  const journal = await Journal.open(connection, dialect, request.context.journal?.table);
  await journal.settle({ isNew: true });
  const found = await findTools({ connection, dialect, journal, from, table });
  // What other tools keep beside the one that counts belongs to no module either.
  const all = from === undefined ? found : [...found, ...(await findTools({ connection, dialect, journal }))];
  if (baseline && from === undefined) {
    return planBaseline(request, { dialect, found: all, tool: undefined });
  }
  if (request.convertTo !== undefined && found.length === 0 && from === undefined) {
    return planConversion(request, request.convertTo);
  }
  const tool = await chooseTool(request, found, journal);
  if (baseline || tool.tool.migrations === "programs") {
    return planBaseline(request, { dialect, found: all, tool });
  }
  return planHistory(request, { found: all, tool });
}

async function chooseTool(
  request: AdoptionRequest,
  found: readonly FoundTool[],
  journal: Journal,
): Promise<FoundTool> {
  const [only, ...others] = found;
  if (only === undefined) throw await notFound(request, journal);
  if (others.length === 0) return only;
  const names = found.map(({ tool }) => tool.name);
  const shown = found.map(({ tool, address }) => `${tool.name} (${address.table})`).join(", ");
  const chosen = await request.chooseTool?.(names);
  const match = found.find(({ tool }) => tool.name === chosen);
  if (match !== undefined) return match;
  throw new TenonError("HISTORY_AMBIGUOUS", `Several tools have a history in this database: ${shown}.`, {
    hint: `Say which one counts: ${names.map((name) => `--from ${name}`).join(", ")}.`,
    details: { tools: names },
  });
}

function refuseUnknownTool(name: string): void {
  if (TOOL_NAMES.includes(name)) return;
  throw new TenonError("USAGE", `"${name}" is no tool whose history is known.`, {
    hint: `Known are ${TOOL_NAMES.join(", ")}. For any other there is --baseline.`,
    details: { given: name, known: TOOL_NAMES },
  });
}

async function notFound({ from, table }: AdoptionRequest, journal: Journal): Promise<TenonError> {
  const whose = from === undefined ? "another tool" : from;
  const where = table === undefined ? "" : ` in ${table}`;
  const adopted = (await journal.isOurs()) ? await journal.readAdopted() : [];
  const known = adopted.map((each) => `${each.module} was adopted from ${each.from} at ${each.adoptedAt}`);
  const already = known.length === 0 ? "" : ` ${known.join("; ")}.`;
  return new TenonError("HISTORY_NOT_FOUND", `No history of ${whose} was found${where}.${already}`, {
    where: { object: table },
    hint: "If its table has another name, give it with --table and the tool with --from. For a database without any history there is --baseline, or `tenon stamp` where the files of what it has are there already.",
  });
}
