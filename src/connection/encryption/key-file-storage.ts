import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, open, readFile, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { messageOf, TenonError } from "../../errors.js";
import { type KeyFile, readKeyFile, writeKeyFile } from "./key-file.js";

/** Far more than a key file ever has. */
const MOST_BYTES = 64 * 1024;

/** Reads the key file; undefined when there is none. */
export async function loadKeyFile(path: string, name: string): Promise<KeyFile | undefined> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES)
      throw new TenonError("ENCRYPTION_KEY_FILE_INVALID", `${name} is too large for a key file.`);
    text = await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    if (error instanceof TenonError) throw error;
    throw failed("read", name, error);
  }
  return readKeyFile(text, name);
}

/**
 * Puts a key file where none is, durably; false when another process was faster. The whole file appears at once:
 * it is written under another name, synced, and linked, which fails where a file is already.
 */
export async function createKeyFile(path: string, name: string, file: KeyFile): Promise<boolean> {
  const temporary = temporaryName(path);
  try {
    await writeDurably(temporary, writeKeyFile(file));
    try {
      await link(temporary, path);
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      if (!MEANS_NO_LINKS.has(codeOf(error))) throw error;
      // Without hard links (FAT, some network drives) a reader may for a moment see part of it, and refuses it.
      if (!(await createInPlace(path, writeKeyFile(file)))) return false;
    }
    await syncFolder(path);
    return true;
  } catch (error) {
    throw failed("written", name, error);
  } finally {
    await removeIfThere(temporary);
  }
}

/** Puts a key file in the place of another, durably and at once. */
export async function replaceKeyFile(path: string, name: string, file: KeyFile): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const { uid, gid } = await stat(path);
    await writeDurably(temporary, writeKeyFile(file), { uid, gid });
    await rename(temporary, path);
    await syncFolder(path);
  } catch (error) {
    throw failed("written", name, error);
  } finally {
    await removeIfThere(temporary);
  }
}

async function writeDurably(path: string, text: string, owner?: { uid: number; gid: number }): Promise<void> {
  const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, OWNER_ONLY);
  try {
    await handle.writeFile(text);
    if (owner !== undefined) await giveTo(handle, owner);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A file that was rewritten by another user (root, most often) stays its owner's; he could not read it otherwise. */
async function giveTo(handle: FileHandle, owner: { uid: number; gid: number }): Promise<void> {
  const now = await handle.stat();
  if (now.uid !== owner.uid || now.gid !== owner.gid) await handle.chown(owner.uid, owner.gid);
}

async function createInPlace(path: string, text: string): Promise<boolean> {
  try {
    await writeDurably(path, text);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** A name lives in its folder: only when that is synced does the name survive a power cut. */
async function syncFolder(path: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(dirname(path), "r");
    await handle.sync();
  } catch (error) {
    // Windows opens no folders, and syncs names by itself.
    if (!MEANS_NO_FOLDER_SYNC.has(codeOf(error))) throw error;
  } finally {
    await handle?.close();
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw failed("removed", basename(path), error);
  }
}

function temporaryName(path: string): string {
  return join(dirname(path), `${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
}

const OWNER_ONLY = 0o600;
const MEANS_NO_LINKS = new Set<unknown>(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);
const MEANS_NO_FOLDER_SYNC = new Set<unknown>(["EISDIR", "EPERM", "EINVAL", "EACCES", "ENOTSUP"]);

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function failed(what: "read" | "written" | "removed", name: string, error: unknown): TenonError {
  if (error instanceof TenonError) return error;
  const code = codeOf(error) === "ENOSPC" ? "DATABASE_FULL" : "FILE_FAILED";
  return new TenonError(code, `The key file ${name} cannot be ${what}: ${messageOf(error)}.`, {
    hint: "Check the rights of the file and its folder, and the room on the disk.",
  });
}
