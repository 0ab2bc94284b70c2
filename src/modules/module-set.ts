import { TenonError } from "../errors.js";
import { nearestWord } from "../sql/index.js";
import { compareModules } from "./compare-modules.js";
import type { Module, ModuleKind } from "./module.js";

/** The modules that an application knows, each name once. */
export class ModuleSet {
  readonly #byName = new Map<string, Module>();

  constructor(modules: Iterable<Module> = []) {
    for (const module of modules) this.add(module);
  }

  /**
   * Adds a module; adding the very same object again changes nothing. Names that differ only in case count as the
   * same: people, file systems and SQL would confuse them.
   * @throws TenonError `MODULE_DUPLICATE`
   */
  add(module: Module): void {
    const key = module.name.toLowerCase();
    const known = this.#byName.get(key);
    if (known === module) return;
    if (known !== undefined) throw duplicate(known, module);
    this.#byName.set(key, module);
  }

  /** The module of that name. @throws TenonError `MODULE_UNKNOWN` */
  get(name: string): Module {
    const module = this.find(name);
    if (module === undefined) throw unknownModule(name, this.names());
    return module;
  }

  /** The module of that name; undefined when there is none. */
  find(name: string): Module | undefined {
    const module = this.#byName.get(name.toLowerCase());
    return module?.name === name ? module : undefined;
  }

  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  /** All modules, or those of one kind: core before plugins, then by priority, then by name. */
  list(kind?: ModuleKind): readonly Module[] {
    const modules = [...this.#byName.values()].filter((module) => kind === undefined || module.kind === kind);
    return modules.sort(compareModules);
  }

  names(): readonly string[] {
    return this.list().map((module) => module.name);
  }

  get size(): number {
    return this.#byName.size;
  }
}

function duplicate(known: Module, added: Module): TenonError {
  const message =
    known.name === added.name
      ? `A module named ${added.name} is registered already.`
      : `The module names ${known.name} and ${added.name} differ only in case.`;
  return new TenonError("MODULE_DUPLICATE", message, {
    where: { module: added.name },
    hint: "Give one of the two another name.",
  });
}

function unknownModule(name: string, known: readonly string[]): TenonError {
  return new TenonError("MODULE_UNKNOWN", `There is no module ${JSON.stringify(name)}.`, {
    where: { module: name },
    hint: hintFor(name, known),
    details: { known },
  });
}

function hintFor(name: string, known: readonly string[]): string {
  if (known.length === 0) return "No module is registered: import the files that register them first.";
  const small = known.map((each) => each.toLowerCase());
  const nearest = nearestWord(name.toLowerCase(), small);
  if (nearest !== undefined) return `Did you mean ${known[small.indexOf(nearest)]}?`;
  const shown = known.slice(0, 10).join(", ");
  return `Known modules: ${shown}${known.length > 10 ? ` and ${known.length - 10} more` : ""}.`;
}
