import type { ObjectName } from "../schema/index.js";

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function qualified({ schema, name }: ObjectName): string {
  return `${quote(schema)}.${quote(name)}`;
}
