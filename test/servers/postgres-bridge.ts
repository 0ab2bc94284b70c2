import { connect, createServer } from "node:net";
import { onTestFinished } from "vitest";

/** A way to a server that can be cut. */
export interface Bridge {
  readonly url: string;
  /** All that was said to the server so far. */
  bytes(): string;
  breakDown(): void;
  /**
   * Cuts the way as soon as this is said: "unsaid" before the server hears it, "unanswered" when the server has heard it and
   * before its answer comes through.
   */
  cutAt(said: string, when: "unsaid" | "unanswered"): void;
}

export async function bridgeTo(url: string): Promise<Bridge> {
  const target = new URL(url);
  let seen = "";
  let breakDown = () => {};
  let cut: { readonly said: string; readonly when: "unsaid" | "unanswered" } | undefined;
  const bridge = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    let isCut = false;
    breakDown = () => {
      near.resetAndDestroy();
      far.destroy();
    };
    near.on("data", (chunk) => {
      const text = chunk.toString("latin1");
      seen += text;
      if (cut !== undefined && text.includes(cut.said)) {
        isCut = true;
        if (cut.when === "unsaid") return breakDown();
      }
      far.write(chunk);
    });
    far.on("data", (chunk) => {
      if (isCut) breakDown();
      else near.write(chunk);
    });
    near.on("end", () => far.end());
    far.on("end", () => near.end());
    near.on("error", () => {});
    far.on("error", () => {});
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => bridge.once("listening", resolve));
  onTestFinished(() => void bridge.close());
  const address = bridge.address();
  const through = new URL(url);
  through.port = String(typeof address === "object" && address !== null ? address.port : 0);
  return {
    url: through.href,
    bytes: () => seen,
    breakDown: () => breakDown(),
    cutAt: (said, when) => {
      cut = { said, when };
    },
  };
}
