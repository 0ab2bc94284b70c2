import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const documents = ["", "docs", "examples"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: folder !== "", encoding: "utf8" }).map((file) =>
      join(folder, file),
    ),
  )
  .filter((file) => file.endsWith(".md"));

test("every link in the documents leads somewhere", () => {
  expect(documents.length).toBeGreaterThan(5);
  expect(documents.flatMap(deadLinks)).toEqual([]);
});

/** Links to files, and to headings in them, that are not there. Addresses on the web are not looked at. */
function deadLinks(document: string): string[] {
  const text = withoutBlocks(readFileSync(join(root, document), "utf8"));
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path = "", heading] = link.split("#");
      const file = path === "" ? document : join(dirname(document), path);
      if (!existsSync(join(root, file))) return true;
      return heading !== undefined && !headings(file).has(heading);
    })
    .map((link) => `${document}: ${link}`);
}

/** The anchors that a document's headings get on the web. */
function headings(file: string): Set<string> {
  const lines = withoutBlocks(readFileSync(join(root, file), "utf8")).split("\n");
  const titles = lines.filter((line) => /^#{1,6} /.test(line)).map((line) => line.replace(/^#+ /, ""));
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replace(/ /g, "-"),
    ),
  );
}

function withoutBlocks(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, "");
}
