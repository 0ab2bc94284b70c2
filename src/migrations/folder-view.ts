import { type Dirent, existsSync, readdirSync, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";

import { messageOf, TenonError } from "../errors.js";
import { readMigrationText } from "./read-text.js";
import type { Sightings } from "./sightings.js";

/** What a name in a folder stands for, links followed; `nothing` is a link that leads nowhere. */
export type EntryKind = "file" | "folder" | "nothing" | "other";

/** A file in a folder of migrations, read when its text is asked for. */
export class FolderFile {
  readonly name: string;
  readonly path: string;
  /** As it is shown to people. */
  readonly file: string;
  readonly kind: EntryKind;
  readonly #sightings: Sightings | undefined;
  #text: string | undefined;

  constructor(name: string, path: string, file: string, kind: EntryKind, sightings: Sightings | undefined) {
    this.name = name;
    this.path = path;
    this.file = file;
    this.kind = kind;
    this.#sightings = sightings;
  }

  /** @throws TenonError `FILE_FAILED`, `MIGRATION_NOT_UTF8` */
  get text(): string {
    this.#text ??= this.#read();
    return this.#text;
  }

  /** The text, or nothing where it cannot be read: whoever runs the file is told why. */
  get glance(): string {
    try {
      return this.text;
    } catch {
      return "";
    }
  }

  #read(): string {
    this.#sightings?.see(this.path);
    try {
      const text = readMigrationText(this.path, this.file);
      this.#sightings?.hold(text.length);
      return text;
    } catch (error) {
      this.#sightings?.doubt();
      throw error;
    }
  }
}

/** A folder as it is looked at: its files and sub-folders by name, each read no more than once. */
export class FolderView {
  readonly name: string;
  readonly path: string;
  readonly file: string;
  readonly #sightings: Sightings | undefined;
  readonly #baseFolder: string | undefined;
  readonly #isLink: boolean;
  #content: FolderContent | undefined;
  #byName: ReadonlyMap<string, FolderFile> | undefined;

  private constructor(path: string, baseFolder: string | undefined, origin: Origin) {
    this.#isLink = origin.isLink ?? false;
    this.name = origin.name ?? "";
    this.path = path;
    this.file = displayPath(path, baseFolder);
    this.#sightings = origin.sightings;
    this.#baseFolder = baseFolder;
  }

  /** A folder of migrations, with nothing of it looked at yet. What will be looked at is noted in `sightings`, where there are some. */
  static open(folder: string, baseFolder: string | undefined, sightings?: Sightings): FolderView {
    const path = baseFolder === undefined ? folder : resolve(baseFolder, folder);
    return new FolderView(path, baseFolder, { sightings });
  }

  /** All there is in it in the order of the names, those that start with a dot left out. */
  get entries(): readonly FolderFile[] {
    return this.#look().entries;
  }

  /** Its files in the order of their names. A link that leads nowhere counts as a file: reading it tells what is wrong. */
  get files(): readonly FolderFile[] {
    return this.#look().files;
  }

  get folders(): readonly FolderView[] {
    return this.#look().folders;
  }

  /** The file of that name in it. */
  find(name: string): FolderFile | undefined {
    this.#byName ??= new Map(this.files.map((file) => [file.name, file]));
    return this.#byName.get(name);
  }

  /** All files in it and in its sub-folders, a few levels down; what is only linked is not gone into. */
  get allFiles(): readonly FolderFile[] {
    return this.#filesDownTo(DEEPEST);
  }

  #filesDownTo(levels: number): readonly FolderFile[] {
    if (levels === 0) return this.files;
    const inner = this.folders.filter((folder) => !folder.#isLink && folder.name !== "node_modules");
    return [...this.files, ...inner.flatMap((folder) => folder.#filesDownTo(levels - 1))];
  }

  /** The file of that name in the nearest folder around this one, a few steps up at most. */
  findAround(name: string, steps: number): FolderFile | undefined {
    let folder = resolve(this.path);
    for (let step = 0; step < steps; step++) {
      folder = resolve(folder, "..");
      const path = join(folder, name);
      this.#sightings?.see(path);
      if (existsSync(path)) {
        return new FolderFile(name, path, displayPath(path, this.#baseFolder), "file", this.#sightings);
      }
    }
    return undefined;
  }

  #look(): FolderContent {
    this.#content ??= this.#read();
    return this.#content;
  }

  #read(): FolderContent {
    const sightings = this.#sightings;
    sightings?.see(this.path);
    const entries: FolderFile[] = [];
    const folders: FolderView[] = [];
    const before = join(this.path, "x").slice(0, -1);
    const shown = displayPath(join(this.path, "x"), this.#baseFolder).slice(0, -1);
    for (const entry of this.#listed()) {
      const { name } = entry;
      if (name.startsWith(".")) continue;
      const path = before + name;
      const isLink = entry.isSymbolicLink();
      if (isLink) sightings?.see(path);
      const kind = isLink ? followLink(path) : kindOf(entry);
      entries.push(new FolderFile(name, path, shown + name, kind, sightings));
      if (kind === "folder")
        folders.push(new FolderView(path, this.#baseFolder, { name, isLink, sightings }));
    }
    const isReadable = ({ kind }: FolderFile) => kind === "file" || kind === "nothing";
    return { entries, files: entries.every(isReadable) ? entries : entries.filter(isReadable), folders };
  }

  /** Of a sub-folder that cannot be read nothing is known; only the folder itself has to be there. */
  #listed(): readonly Dirent[] {
    try {
      return readEntries(this.path, this.file);
    } catch (error) {
      if (this.name === "") throw error;
      return [];
    }
  }
}

interface FolderContent {
  readonly entries: readonly FolderFile[];
  readonly files: readonly FolderFile[];
  readonly folders: readonly FolderView[];
}

/** Of a folder within another. */
interface Origin {
  readonly name?: string;
  readonly isLink?: boolean;
  readonly sightings: Sightings | undefined;
}

const DEEPEST = 5;

/** A path from the base folder where it lies in it, with `/` on every system. */
function displayPath(path: string, baseFolder: string | undefined): string {
  const inside = baseFolder === undefined ? path : relative(baseFolder, path);
  const isOutside = inside === "" || isAbsolute(inside) || inside.split(sep)[0] === "..";
  return (isOutside ? path : inside).split(sep).join("/");
}

/** The entries in the order of their names: file systems give them as they like, and messages should not change. */
function readEntries(path: string, shown: string): Dirent[] {
  try {
    const byName = new Map(readdirSync(path, { withFileTypes: true }).map((entry) => [entry.name, entry]));
    return [...byName.keys()].sort().flatMap((name) => byName.get(name) ?? []);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw unreadable(shown, cause);
    const what = code === "ENOENT" ? "does not exist" : "is not a folder";
    throw new TenonError("MIGRATIONS_FOLDER_MISSING", `The migrations folder ${shown} ${what}.`, {
      where: { file: shown },
      hint: `It was looked for at ${resolve(path)}. Create it, or correct the path; \`tenon generate NAME\` makes it for a module that has tables.`,
      cause,
    });
  }
}

function kindOf(entry: Pick<Dirent, "isFile" | "isDirectory">): EntryKind {
  if (entry.isFile()) return "file";
  return entry.isDirectory() ? "folder" : "other";
}

function followLink(path: string): EntryKind {
  try {
    return kindOf(statSync(path));
  } catch {
    return "nothing";
  }
}

export function unreadable(file: string, cause: unknown): TenonError {
  return new TenonError("FILE_FAILED", `${file} cannot be read: ${messageOf(cause)}`, {
    where: { file },
    hint: "Correct or remove it, then try again.",
    cause,
  });
}
