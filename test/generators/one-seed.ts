import fc from "fast-check";

// The test command tries the same random cases every time, so that a red run means a changed program; `npm run soak`
// (TENON_RUNS) tries others each time.
if (process.env["TENON_RUNS"] === undefined) fc.configureGlobal({ seed: 20_261_121 });
