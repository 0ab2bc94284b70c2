/** Where times come from: handed in, so that nothing below reads the clock by itself. */
export interface Clock {
  /** The time of day, for the journal. */
  now(): Date;
  /** Milliseconds from an arbitrary start that never go back, for durations. */
  elapsed(): number;
}

export const systemClock: Clock = { now: () => new Date(), elapsed: () => performance.now() };
