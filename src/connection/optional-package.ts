import { TenonError } from "../errors.js";

/**
 * Loads a package that only some engines need, when it is needed.
 * @throws TenonError `MISSING_DEPENDENCY` with the command that installs it.
 */
export async function loadPackage<T>(name: string, purpose: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    // Only when the package itself is not there; one that is broken tells more by its own error.
    if (!isNotFound(error, name)) throw error;
    throw new TenonError(
      "MISSING_DEPENDENCY",
      `${purpose} needs the package ${name}, which is not installed.`,
      {
        hint: `Install it: npm install ${name}`,
        cause: error,
      },
    );
  }
}

function isNotFound(error: unknown, name: string): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    error.code === "ERR_MODULE_NOT_FOUND" &&
    error.message.includes(`'${name}'`)
  );
}
