// Runs one example, `node run-program.mjs FILE`, with the built package as "tenon".
import { createJiti } from "jiti";

const tenon = await import(new URL("../../dist/index.js", import.meta.url).href);
const [, , file = ""] = process.argv;
await createJiti(import.meta.url, { fsCache: false, virtualModules: { tenon } }).import(file);
