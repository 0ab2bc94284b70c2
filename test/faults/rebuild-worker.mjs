// Runs as a process of its own, on the built library: makes one database like another, and ends itself without a
// word before the statement whose number it was given (0: never).
import { connect, diff } from "../../dist/index.js";

const { from: fromPath, to: toPath, before, renames, allowLoss } = JSON.parse(process.argv[2] ?? "{}");
const from = await connect(`file:${fromPath}`);
const to = await connect(`file:${toPath}`);
const found = await diff({ from, to, renames });

let statements = 0;
const execute = from.execute.bind(from);
from.execute = (...parameters) => {
  statements += 1;
  if (statements === before) process.kill(process.pid, "SIGKILL");
  return execute(...parameters);
};
await found.apply({ allowLoss });
await from.close();
await to.close();
process.stdout.write(`${statements}\n`);
