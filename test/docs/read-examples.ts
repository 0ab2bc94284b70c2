/**
 * A fenced block of a document. The words after the language say what the tests do with it:
 *
 *     ts          a program, which is run; `console.log(x); // y` says what it prints
 *     ts, sql     a file, when the first line is a comment with its path; it is written, not run
 *     sh          commands, which are run; `sh exit=1` when they end so
 *     text        right after `sh`: what those print, `…` standing for anything
 *
 * and `no-run` for what cannot be tried in a test. Other languages are only shown.
 */
export interface Block {
  readonly language: string;
  readonly words: readonly string[];
  readonly code: string;
  /** Of its first line, from 1. */
  readonly line: number;
  /** Where it is to be written, when it is a file. */
  readonly path: string | undefined;
}

/** Blocks that belong together: they are tried in order, in one folder. */
export interface Section {
  /** The file, as people know it. */
  readonly file: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** The sections of a Markdown document, cut at its headings of the first and second level. */
export function readDocument(file: string, text: string): Section[] {
  const sections: { file: string; title: string; blocks: Block[] }[] = [{ file, title: "", blocks: [] }];
  let fence: { start: number; info: string; lines: string[] } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const mark = /^```(.*)$/.exec(line);
    const heading = /^##? (.+)$/.exec(line);
    if (fence !== undefined && mark?.[1] === "") {
      sections.at(-1)?.blocks.push(toBlock(fence.info, fence.lines, fence.start));
      fence = undefined;
    } else if (fence !== undefined) fence.lines.push(line);
    else if (mark !== null) fence = { start: index + 2, info: mark[1] ?? "", lines: [] };
    else if (heading !== null) sections.push({ file, title: heading[1] ?? "", blocks: [] });
  }
  if (fence !== undefined) throw new Error(`${file}:${fence.start}: the block is not closed`);
  return sections.filter((section) => section.blocks.length > 0);
}

/** The examples in the documentation comments of a source file, each for itself. */
export function readComments(file: string, text: string): Section[] {
  return [...text.matchAll(/^[ \t]*\/\*\*\n[\s\S]*?\*\//gm)].flatMap((comment) => {
    const body = comment[0].replace(/^[ \t]*\*(?!\/) ?/gm, "");
    const before = text.slice(0, comment.index).split("\n").length - 1;
    return readDocument(file, body).flatMap(({ blocks }) =>
      blocks.map((block) => {
        const line = before + block.line;
        return { file, title: `line ${line}`, blocks: [{ ...block, line }] };
      }),
    );
  });
}

function toBlock(info: string, lines: readonly string[], line: number): Block {
  const [language = "", ...words] = info.trim().split(/\s+/);
  const path = COMMENTED_PATH.exec(lines[0] ?? "")?.[1];
  return { language, words, code: `${lines.join("\n")}\n`, line, path };
}

const COMMENTED_PATH = /^(?:\/\/|--) ([\w./-]+\.(?:[cm]?[jt]s|sql|json|ini))$/;
