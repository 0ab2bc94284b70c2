import { type Dirent, existsSync, type Stats, statSync } from "node:fs";
import { join, resolve } from "node:path";

import { displayedPrefix, displayPath, readEntries } from "../list-folder.js";
import { readMigrationText } from "../read-text.js";

/** A file in a folder of migrations, read when its text is asked for. */
export class FolderFile {
  readonly name: string;
  readonly path: string;
  /** As it is shown to people. */
  readonly file: string;
  #text: string | undefined;

  constructor(name: string, path: string, file: string) {
    this.name = name;
    this.path = path;
    this.file = file;
  }

  /** @throws TenonError `FILE_FAILED`, `MIGRATION_NOT_UTF8` */
  get text(): string {
    this.#text ??= readMigrationText(this.path, this.file);
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
}

/** A folder as it is looked at: its files and sub-folders by name, each read no more than once. */
export class FolderView {
  readonly name: string;
  readonly path: string;
  readonly file: string;
  readonly #baseFolder: string | undefined;
  readonly #isLink: boolean;
  #files: readonly FolderFile[] | undefined;
  #folders: readonly FolderView[] | undefined;

  private constructor(name: string, path: string, baseFolder: string | undefined, isLink = false) {
    this.#isLink = isLink;
    this.name = name;
    this.path = path;
    this.file = displayPath(path, baseFolder);
    this.#baseFolder = baseFolder;
  }

  static open(folder: string, baseFolder: string | undefined): FolderView {
    return new FolderView("", baseFolder === undefined ? folder : resolve(baseFolder, folder), baseFolder);
  }

  /** Its files in the order of their names, those that start with a dot left out. */
  get files(): readonly FolderFile[] {
    this.#look();
    return this.#files ?? [];
  }

  get folders(): readonly FolderView[] {
    this.#look();
    return this.#folders ?? [];
  }

  /** The file of that name in it. */
  find(name: string): FolderFile | undefined {
    return this.files.find((file) => file.name === name);
  }

  /** Gives the texts of its files, each read no more than once. */
  reader(): (path: string, file: string) => string {
    const byPath = new Map(this.files.map((file) => [file.path, file]));
    return (path, file) => byPath.get(path)?.text ?? readMigrationText(path, file);
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
      if (existsSync(path)) return new FolderFile(name, path, displayPath(path, this.#baseFolder));
    }
    return undefined;
  }

  #look(): void {
    if (this.#files !== undefined) return;
    const files: FolderFile[] = [];
    const folders: FolderView[] = [];
    const shown = displayedPrefix(this.path, this.#baseFolder);
    for (const entry of this.#entries()) {
      if (entry.name.startsWith(".")) continue;
      const path = join(this.path, entry.name);
      const isLink = entry.isSymbolicLink();
      const kind = isLink ? followLink(path) : entry;
      if (kind?.isDirectory()) folders.push(new FolderView(entry.name, path, this.#baseFolder, isLink));
      // A link that leads nowhere counts as a file: reading it tells what is wrong.
      else if (kind === undefined || kind.isFile())
        files.push(new FolderFile(entry.name, path, shown + entry.name));
    }
    this.#files = files;
    this.#folders = folders;
  }

  /** Of a sub-folder that cannot be read nothing is known; only the folder itself has to be there. */
  #entries(): readonly Dirent[] {
    try {
      return readEntries(this.path, this.file);
    } catch (error) {
      if (this.name === "") throw error;
      return [];
    }
  }
}

const DEEPEST = 5;

function followLink(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
