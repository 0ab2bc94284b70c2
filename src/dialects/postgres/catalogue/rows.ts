import type { Row } from "../../../connection/index.js";
import { type Catalogue, notOfExtension } from "./catalogue.js";
import { readColumns } from "./columns.js";
import { readComments } from "./comments.js";
import { readConstraints } from "./constraints.js";
import { readDependencies } from "./dependencies.js";
import { noGrants, readGrants } from "./grants.js";
import { readIndexCollations, readIndexes, readIndexParts } from "./indexes.js";
import { readOperatorClasses } from "./operator-classes.js";
import { readOthers } from "./others.js";
import { readParents, readRelations } from "./relations.js";
import { readRoutines } from "./routines.js";
import { readSequences } from "./sequences.js";
import { readPolicies, readTriggers } from "./triggers.js";
import { readTypes } from "./types.js";

/** All that the catalogue tells of some schemas: a constant number of queries, whatever there is. */
export async function readRows(catalogue: Catalogue, options: { readonly grants: boolean }) {
  return {
    schemas: await readSchemas(catalogue),
    extensions: await readExtensions(catalogue),
    relations: await readRelations(catalogue),
    parents: await readParents(catalogue),
    columns: await readColumns(catalogue),
    constraints: await readConstraints(catalogue),
    indexes: await readIndexes(catalogue),
    indexParts: await readIndexParts(catalogue),
    indexCollations: await readIndexCollations(catalogue),
    operatorClasses: await readOperatorClasses(catalogue),
    types: await readTypes(catalogue),
    sequences: await readSequences(catalogue),
    routines: await readRoutines(catalogue),
    triggers: await readTriggers(catalogue),
    policies: await readPolicies(catalogue),
    others: await readOthers(catalogue),
    dependencies: await readDependencies(catalogue),
    ...(await readComments(catalogue)),
    grantsOf: options.grants ? await readGrants(catalogue) : noGrants,
  };
}

export type CatalogueRows = Awaited<ReturnType<typeof readRows>>;

export interface SchemaRow extends Row {
  readonly oid: string;
  readonly name: string;
}

function readSchemas({ connection, namespaces }: Catalogue): Promise<SchemaRow[]> {
  return connection.query<SchemaRow>(
    `SELECT n.oid::text AS oid, n.nspname AS name
    FROM pg_catalog.pg_namespace AS n
    WHERE n.oid = ANY ($1::oid[]) AND ${notOfExtension("pg_namespace", "n.oid")}`,
    [namespaces],
  );
}

export interface ExtensionRow extends Row {
  readonly oid: string;
  readonly name: string;
  readonly schema: string;
  readonly version: string;
}

function readExtensions({ connection }: Catalogue): Promise<ExtensionRow[]> {
  return connection.query<ExtensionRow>(
    `SELECT e.oid::text AS oid, e.extname AS name, n.nspname AS schema, e.extversion AS version
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace`,
  );
}
