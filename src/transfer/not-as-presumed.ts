import { TenonError } from "../errors.js";

/**
 * The rows of a table are not what its declarations say, so that all its values have to be looked at before they are loaded. Whoever
 * presumed it begins again and does so: nobody else sees this.
 */
export class NotAsPresumed extends TenonError {
  constructor(table: string, cause?: unknown) {
    super("TRANSFER_MISFITS", `Some values of ${table} are not what its declarations say.`, {
      where: { object: table },
      hint: "Look at them with --dry-run. Nothing of the transfer is visible in the target.",
      ...(cause === undefined ? {} : { cause }),
    });
  }
}
