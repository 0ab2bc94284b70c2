/** Puts colour on a text, or leaves it as it is. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

export function makePaint(hasColours: boolean): Paint {
  const style = (open: number, close: number) => (text: string) =>
    hasColours && text !== "" ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    bold: style(1, 22),
    dim: style(2, 22),
    red: style(31, 39),
    green: style(32, 39),
    yellow: style(33, 39),
    cyan: style(36, 39),
  };
}

/**
 * Whether a stream gets colours: `--no-color`, then FORCE_COLOR, then NO_COLOR (https://no-color.org), then whether
 * it is a terminal that knows them.
 */
export function wantsColours(
  environment: Readonly<Record<string, string | undefined>>,
  options: { readonly isTerminal: boolean; readonly isRefused: boolean },
): boolean {
  if (options.isRefused) return false;
  const forced = environment["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  if ((environment["NO_COLOR"] ?? "") !== "") return false;
  return options.isTerminal && environment["TERM"] !== "dumb";
}
