import type { FolderFile } from "../folder-view.js";

/** What the files of a tool have in them that marks its parts. */
export const MARKS = {
  goose: /^--\s*\+goose\b/im,
  dbmate: /^--\s*migrate:up(?:\s*$|\s+\S+)/m,
  "sql-migrate": /^-- \+migrate /m,
} as const;

/** Whether a file has a tool's mark in it. */
export function isMarked(file: FolderFile, tool: keyof typeof MARKS): boolean {
  const text = file.glance;
  // Looked for first, since it is cheap and most files of most folders have neither.
  return (text.includes("+goose") || text.includes("migrate")) && MARKS[tool].test(text);
}

/** Whether to look into a file for marks at all: what is named as Tenon's own is not read for it. */
export function mayBeMarked(file: FolderFile): boolean {
  return file.name.endsWith(".sql") && !/_(?:rollback|verify)(?:\.\w+)?\.sql$/i.test(file.name);
}
