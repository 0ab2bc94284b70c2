// Holds a PGlite folder until it is killed: node pglite-holder.mjs FOLDER
import { createJiti } from "jiti";

const { openPglite } = await createJiti(import.meta.url).import("../../../src/connection/pglite.ts");
const connection = await openPglite({ folder: process.argv[2], busyTimeoutMs: Number(process.argv[3] ?? 0) });
await connection.execute("CREATE TABLE IF NOT EXISTS visits (pid int)");
await connection.execute("INSERT INTO visits VALUES ($1)", [process.pid]);
process.stdout.write("held\n");
if (process.argv[4] === "leave") await connection.close();
else setInterval(() => {}, 1000);
