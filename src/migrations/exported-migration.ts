import { messageOf, TenonError } from "../errors.js";

/**
 * The migration in what a code file exports: its default export, an instance of it when that is a class, or else
 * the exports themselves. Undefined when none of them has an `up`.
 *
 * @throws TenonError `MIGRATION_INVALID`
 */
export function exportedMigration(exports: unknown, file: string): object | undefined {
  if (!isObject(exports)) return undefined;
  const main = defaultExport(exports);
  const migration = isClass(main) ? construct(main, file) : main;
  if (!hasUp(migration)) return hasUp(exports) ? exports : undefined;
  refuseSecond(migration, exports, file);
  return migration;
}

/** Programs that a compiler has turned into CommonJS have their default export within the default export. */
function defaultExport(exports: object): unknown {
  const main: unknown = Reflect.get(exports, "default");
  return isObject(main) && Reflect.get(main, "__esModule") === true ? Reflect.get(main, "default") : main;
}

function isClass(value: unknown): value is new () => unknown {
  if (typeof value !== "function") return false;
  return /^class\b/.test(Function.prototype.toString.call(value)) || hasUp(value.prototype);
}

function construct(main: new () => unknown, file: string): unknown {
  try {
    return new main();
  } catch (cause) {
    throw invalid(file, `its class cannot be constructed: ${messageOf(cause)}`, cause);
  }
}

function hasUp(value: unknown): value is object {
  return isObject(value) && Reflect.get(value, "up") !== undefined;
}

function refuseSecond(migration: object, exports: object, file: string): void {
  for (const role of ["up", "down", "verify"]) {
    const named: unknown = Reflect.get(exports, role);
    if (named !== undefined && named !== Reflect.get(migration, role)) {
      throw invalid(file, `it exports \`${role}\` by name and another one in its default export`);
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function invalid(file: string, why: string, cause?: unknown): TenonError {
  return new TenonError("MIGRATION_INVALID", `${file} exports no proper migration: ${why}.`, {
    where: { file },
    hint: "Export one migration: a class or object with `up` as the default, or a function `up`.",
    cause,
  });
}
