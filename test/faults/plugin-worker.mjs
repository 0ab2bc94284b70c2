// Runs as a process of its own, on the built library: activates or removes a plugin, and prints what came of it as one line of
// JSON. Told so, it kills itself at a moment of a removal: with the dump written, or with the dump named and nothing committed.
import { existsSync, readdirSync } from "node:fs";
import { connect, defineModule, PluginManager, SchemaRegistry } from "../../dist/index.js";
import { pluginsFor } from "./plugins.mjs";

const { url, options = {}, name, act, dumpTo, killAt, registry: which } = JSON.parse(process.argv[2] ?? "{}");
const die = () => process.kill(process.pid, "SIGKILL");
const isDumpNamed = () => existsSync(dumpTo) && readdirSync(dumpTo).some((folder) => !folder.startsWith("."));

const connection = await connect(url, options);
try {
  const registry = new SchemaRegistry();
  for (const [plugin, moduleOptions, versions] of pluginsFor(which)) {
    registry.register(defineModule(plugin, "plugin", moduleOptions, versions));
  }
  const clock = {
    now: () => {
      if (killAt === "named" && isDumpNamed()) die();
      return new Date();
    },
    elapsed: () => performance.now(),
  };
  const onEvent = (event) => {
    if (killAt === "written" && event.kind === "step-started" && event.step.direction === "down") die();
  };
  const plugins = new PluginManager(connection, { registry, clock, onEvent });
  process.stdout.write("ready\n");
  const done =
    act === "activate" ? await plugins.activatePlugin(name) : await plugins.removePlugin(name, { dumpTo });
  process.stdout.write(
    `${JSON.stringify({ ok: true, steps: (done.steps ?? []).map((step) => step.version) })}\n`,
  );
} catch (error) {
  process.stdout.write(`${JSON.stringify({ ok: false, code: error.code, message: error.message })}\n`);
  process.exitCode = 1;
} finally {
  await connection.close();
}
