import { type ErrorCode, messageOf, TenonError } from "../errors.js";
import { isServerError } from "./pg-server-error.js";

/** The error of a session that could not be opened: what failed, and where to look. */
export function connectError(thrown: unknown, description: string): TenonError {
  if (thrown instanceof TenonError) return thrown;
  const { code, hint } = isServerError(thrown) ? saidByServer(thrown.code) : foundOnTheWay(thrown);
  return new TenonError(code, `${description} cannot be opened: ${reasonOf(thrown)}`, {
    hint,
    cause: thrown,
    details: factsOf(thrown),
  });
}

interface Verdict {
  readonly code: ErrorCode;
  readonly hint: string;
}

function saidByServer(sqlState: string): Verdict {
  return {
    code: "CONNECTION_FAILED",
    hint: SERVER_HINTS[sqlState] ?? "Look at the server's log for the cause.",
  };
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const SERVER_HINTS: Readonly<Record<string, string>> = {
  "28P01":
    "Check the user and the password: in the URL, in PGPASSWORD, or in the file that PGPASSFILE names (~/.pgpass).",
  "28000":
    "The server lets this user in neither with this password nor from this address: check the user's name, pg_hba.conf, and whether TLS is demanded (sslmode=verify-full, or sslmode=no-verify for a certificate of its own).",
  "3D000": "Create the database first (CREATE DATABASE), or check its name in the URL or PGDATABASE.",
  "42501": "Grant this user CONNECT on the database.",
  "53300":
    "The server has no session left: end some, raise max_connections, or connect through a pooler in session mode.",
  "57P03": "The server is starting, stopping or recovering: try again in a moment.",
  "57P01": "The server is shutting down: try again in a moment.",
};

function foundOnTheWay(thrown: unknown): Verdict {
  const { code, message } = firstOf(thrown);
  return { code: "CONNECTION_FAILED", hint: hintFor(code, message) };
}

function hintFor(code: string, message: string): string {
  switch (code) {
    case "ECONNREFUSED":
      return "Check host and port, and that the server is running and listens on that address.";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "Check the host's name, and this machine's network.";
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "The host does not answer: check its address, and any firewall between.";
    case "ENOENT":
    case "EACCES":
      return "Check the folder of the server's Unix socket, and your right to use it.";
    case "ECONNRESET":
      return "Something at that port ended the connection: check that it is PostgreSQL, and whether TLS is demanded.";
  }
  if (/password must be a (non-empty )?string|no password/i.test(message)) {
    return "The server asks for a password and none was given: put it into PGPASSWORD, into ~/.pgpass, or into the URL.";
  }
  if (/does not support SSL/i.test(message))
    return "Use sslmode=disable where a connection without TLS is acceptable.";
  if (isCertificateError(code)) {
    return "Name the authority that signed the server's certificate (sslrootcert=FILE), or, where its identity need not be checked, use sslmode=no-verify.";
  }
  if (/timeout/i.test(message))
    return "The server did not answer in time: check the address, or allow more time.";
  return "Check the address, and that a PostgreSQL server answers there.";
}

// https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes
function isCertificateError(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_(SSL|TLS)_|^CRL_/.test(code);
}

function reasonOf(thrown: unknown): string {
  return firstOf(thrown).message.replace(/\.?$/, ".");
}

/** Node tries each address of a host and wraps what it found; the first failure tells the cause. */
function firstOf(thrown: unknown): { code: string; message: string } {
  const error = thrown instanceof AggregateError && thrown.errors.length > 0 ? thrown.errors[0] : thrown;
  const code =
    typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
      ? error.code
      : "";
  return { code, message: messageOf(error) };
}

function factsOf(thrown: unknown): Record<string, unknown> {
  const { code } = firstOf(thrown);
  if (code === "") return {};
  return isServerError(thrown) ? { sqlState: code } : { systemError: code };
}
