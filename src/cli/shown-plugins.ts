import type { PluginInfo, PluginSummary, Removal, RemovedTable } from "../plugins/index.js";
import type { Paint } from "./paint.js";
import { type Cell, formatTable } from "./table.js";
import type { Terminal } from "./terminal.js";
import { counted, shownList, shownVersion } from "./wording.js";

/** Plugins, one a line, and what is wrong with them below. */
export function describePlugins(plugins: readonly PluginSummary[], { paint, width }: Terminal): string {
  if (plugins.length === 0) return "There are no plugins, here or in the database.\n";
  const table = formatTable(
    [
      { title: "PLUGIN", canShrink: true },
      { title: "STATUS" },
      { title: "INSTALLED", align: "right" },
      { title: "AVAILABLE", align: "right" },
      { title: "NEEDED BY", canShrink: true },
    ],
    plugins.map((plugin) => [
      plugin.name,
      paintStatus(plugin, paint),
      shownVersion(plugin.installedVersion),
      plugin.availableVersion === null ? "no code" : shownVersion(plugin.availableVersion),
      plugin.neededBy.join(", ") || "-",
    ]),
    { paint, width },
  );
  const problems = plugins.flatMap(({ name, error }) => (error === null ? [] : [`${name}: ${error}`]));
  return `${table}\n${[...problems, ...summaryOf(plugins)].join("\n")}\n`;
}

/** All that is known of one plugin. */
export function describePlugin(plugin: PluginInfo, terminal: Terminal): string {
  const { paint } = terminal;
  const pending = plugin.pending.length === 0 ? "" : `, ${plugin.pending.map(String).join(", ")} pending`;
  const available = plugin.availableVersion === null ? "no code here" : shownVersion(plugin.availableVersion);
  const lines: [string, string | undefined][] = [
    ["status", plugin.status],
    ["error", plugin.error ?? undefined],
    ["installed", shownVersion(plugin.installedVersion)],
    ["available", `${available}${pending}`],
    ["depends on", plugin.dependsOn.join(", ") || undefined],
    ["conflicts with", plugin.conflictsWith.join(", ") || undefined],
    ["needed by", plugin.neededBy.join(", ") || undefined],
    ["activated", plugin.activatedAt ?? undefined],
    ["last changed", changeOf(plugin)],
  ];
  const facts = lines.flatMap(([title, value]) =>
    value === undefined ? [] : `${title.padEnd(15)} ${value}\n`,
  );
  const tables = plugin.tables.length === 0 ? "" : `\n${describeTables(plugin.tables, terminal)}`;
  return `${paint.bold(plugin.name)}\n${facts.join("")}${tables}`;
}

/** What would go with a plugin. */
export function describeRemoval(removal: Removal, terminal: Terminal): string {
  return removal.plugins
    .map(({ name, tables, objects, withoutDown }) => {
      const why = name === removal.plugin ? "" : `, which needs ${removal.plugin}`;
      const lines = [`${terminal.paint.bold(name)}${why}\n`];
      if (tables.length > 0) lines.push(describeTables(tables, terminal));
      if (objects.length > 0) lines.push(`also ${shownList(objects, 10)}\n`);
      if (tables.length + objects.length === 0)
        lines.push("has no tables and nothing else in the database\n");
      if (withoutDown.length > 0) {
        lines.push(
          `${withoutDown.map((version) => `${name}@${version}`).join(", ")} without a way back: --drop-owned drops what it owns\n`,
        );
      }
      return lines.join("");
    })
    .join("\n");
}

export function describeTables(tables: readonly RemovedTable[], { paint, width }: Terminal): string {
  return formatTable(
    [
      { title: "TABLE", canShrink: true },
      { title: "ROWS", align: "right" },
      { title: "SIZE", align: "right" },
    ],
    tables.map(({ schema, name, rows, bytes }) => [
      schema === "main" || schema === "public" ? name : `${schema}.${name}`,
      String(rows),
      bytes === undefined ? "-" : shownBytes(bytes),
    ]),
    { paint, width },
  );
}

/** `512 bytes`, `12 KiB`, `3.4 MiB`. */
export function shownBytes(bytes: number): string {
  if (bytes < 1024) return counted(bytes, "byte");
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length);
  const value = bytes / 1024 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[power - 1]}`;
}

const UNITS = ["KiB", "MiB", "GiB", "TiB"];

function changeOf({ changedAt, changedBy }: PluginSummary): string | undefined {
  if (changedAt === null) return undefined;
  return changedBy === null ? changedAt : `${changedAt} by ${changedBy}`;
}

function paintStatus({ status }: PluginSummary, paint: Paint): Cell {
  switch (status) {
    case "active":
      return { text: status, paint: paint.green };
    case "failed":
      return { text: status, paint: paint.red };
    case "inactive":
    case "removed":
      return { text: status, paint: paint.dim };
  }
}

function summaryOf(plugins: readonly PluginSummary[]): string[] {
  const active = plugins.filter(({ status }) => status === "active").length;
  const waiting = plugins.filter(({ status, pending }) => status === "active" && pending.length > 0);
  const names = shownList(
    waiting.map(({ name }) => name),
    5,
  );
  return [
    `${counted(plugins.length, "plugin")}, ${active} active.`,
    ...(waiting.length === 0 ? [] : [`A newer version of ${names} is here: \`tenon up\` applies it.`]),
  ];
}
