import { once } from "node:events";
import { createServer, Socket } from "node:net";
import pg from "pg";
import { onTestFinished } from "vitest";

/**
 * A pooler in transaction mode, as small as it can be: each transaction of a client runs in the server session
 * that was used last and is free. Gives the URL at which it is reached.
 */
export async function transactionPooler(url: string, size = 2): Promise<string> {
  const servers = await Promise.all(Array.from({ length: size }, () => serverSession(url)));
  const pooler = createServer((client) => serve(client, servers)).listen(0, "127.0.0.1");
  await once(pooler, "listening");
  onTestFinished(() => void pooler.close());
  const address = pooler.address();
  const through = new URL(url);
  through.port = String(typeof address === "object" && address !== null ? address.port : 0);
  return through.href;
}

interface Server {
  readonly socket: Socket;
  client: Socket | undefined;
}

/** A session of the driver's own, taken over once it is open. */
async function serverSession(url: string): Promise<Server> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const stream: unknown = Reflect.get(Object(Reflect.get(client, "connection")), "stream");
  if (!(stream instanceof Socket)) throw new Error("the driver has no socket");
  stream.removeAllListeners("data").removeAllListeners("close").removeAllListeners("error");
  stream.on("error", () => {});
  onTestFinished(() => void stream.destroy());
  const server: Server = { socket: stream, client: undefined };
  stream.on("data", (chunk: Buffer) => {
    const { client } = server;
    // ReadyForQuery ends an exchange; outside a transaction the session is free again.
    if (chunk.subarray(-6).equals(READY_IDLE)) server.client = undefined;
    client?.write(chunk);
  });
  return server;
}

const READY_IDLE = Buffer.from("Z\0\0\0\x05I", "latin1");

function serve(client: Socket, servers: Server[]): void {
  let greeted = false;
  client.on("error", () => {});
  client.on("close", () => {
    for (const server of servers) if (server.client === client) server.client = undefined;
  });
  client.on("data", (chunk: Buffer) => {
    if (!greeted) {
      greeted = true;
      client.write(GREETING);
      return;
    }
    if (chunk[0] === "X".charCodeAt(0)) return;
    let server = servers.find((each) => each.client === client);
    if (server === undefined) {
      server = servers.find((each) => each.client === undefined);
      if (server === undefined) return void client.destroy();
      // The one that was used last comes first again.
      servers.splice(servers.indexOf(server), 1);
      servers.unshift(server);
      server.client = client;
    }
    server.socket.write(chunk);
  });
}

/** AuthenticationOk, a BackendKeyData with a number of the pooler's own, ReadyForQuery. */
const GREETING = Buffer.concat([
  Buffer.from("R\0\0\0\x08\0\0\0\0", "latin1"),
  Buffer.from("K\0\0\0\x0c\x01\x02\x03\x04\x05\x06\x07\x08", "latin1"),
  READY_IDLE,
]);
