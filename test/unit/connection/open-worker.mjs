// Runs as a process of its own, on the built library: opens a database, runs a script in it, and prints as one line
// of JSON what it read or how it was refused.
import { connect } from "../../../dist/index.js";

const { url, options = {}, script, read } = JSON.parse(process.argv[2] ?? "{}");
try {
  const connection = await connect(url, options);
  if (script !== undefined) await connection.executeScript(script);
  const rows = read === undefined ? [] : await connection.query(read);
  await connection.close();
  process.stdout.write(JSON.stringify({ rows }));
} catch (error) {
  process.stdout.write(JSON.stringify({ code: error.code, message: error.message }));
}
