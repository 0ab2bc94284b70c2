import { rmSync } from "node:fs";
import { type FileToWrite, writeNewFiles } from "../migrations/index.js";

/** Files that are written in the transaction of the journal; when that fails, they go again. */
export class NewFiles {
  readonly #files: readonly FileToWrite[];
  #isWritten = false;

  constructor(files: readonly FileToWrite[]) {
    this.#files = files;
  }

  /** @throws TenonError `FILE_EXISTS`, `FILE_FAILED` */
  write(): void {
    writeNewFiles(this.#files);
    this.#isWritten = true;
  }

  async unlessFailing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (this.#isWritten) for (const { path } of this.#files) rmSync(path, { force: true });
      throw error;
    }
  }
}
