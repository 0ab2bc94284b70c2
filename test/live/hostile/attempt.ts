/** A migration of a plugin that goes too far, and what it is refused with. */
export interface Attempt {
  readonly what: string;
  readonly up: string | readonly string[];
  readonly verify?: string | undefined;
  /** `NAME_TAKEN` and the like where another guard is first. */
  readonly code?: "OWNERSHIP_VIOLATED" | "PLUGIN_FORBIDDEN" | "OBJECT_TAKEN" | undefined;
}

export function owned(what: string, up: string | readonly string[]): Attempt {
  return { what, up, code: "OWNERSHIP_VIOLATED" };
}

export function forbidden(what: string, up: string | readonly string[]): Attempt {
  return { what, up, code: "PLUGIN_FORBIDDEN" };
}
