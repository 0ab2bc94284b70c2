import type { DatabaseModel, Table } from "../schema/index.js";

/** The part of a database that belongs to one app of Django, or to none of them. */
export interface AppPart {
  /** Undefined for what no app has. */
  readonly app: string | undefined;
  /** All that stands once this part and those before it are built. */
  readonly model: DatabaseModel;
  readonly dependsOn: readonly string[];
}

/**
 * Cuts a database into the apps of a Django project, each after those whose tables its own refer to. A table belongs to the app
 * whose name its own begins with, as Django names them; undefined where the apps refer to each other in a circle.
 * https://docs.djangoproject.com/en/stable/ref/models/options/#db-table
 */
export function appParts(model: DatabaseModel, apps: readonly string[]): readonly AppPart[] | undefined {
  const ownerOf = (table: string) => appOf(table, apps);
  const groups = new Map<string | undefined, Table[]>();
  for (const table of model.tables) {
    const app = ownerOf(table.name);
    groups.set(app, [...(groups.get(app) ?? []), table]);
  }
  const hasMore = [model.views, model.routines, model.types, model.others].some((list) => list.length > 0);
  if (hasMore && !groups.has(undefined)) groups.set(undefined, []);
  const needs = new Map([...groups].map(([app, tables]) => [app, neededApps(tables, app, ownerOf)]));
  // Views and functions are of no app, and may be about any table: they come last.
  if (hasMore) needs.set(undefined, new Set([...groups.keys()].filter((app) => app !== undefined)));
  const order = orderApps(needs);
  if (order === undefined) return undefined;
  return order.map((app, index) => {
    const standing = new Set(order.slice(0, index + 1));
    const dependsOn = [...(needs.get(app) ?? [])].filter((each) => each !== undefined).sort();
    return {
      app,
      dependsOn,
      model: standing.size === order.length ? model : subset(model, standing, ownerOf),
    };
  });
}

/** Apps that come with Django name their tables after the framework. */
const OF_DJANGO: Readonly<Record<string, string>> = {
  django_content_type: "contenttypes",
  django_session: "sessions",
  django_site: "sites",
  django_admin_log: "admin",
  django_flatpage: "flatpages",
  django_flatpage_sites: "flatpages",
  django_redirect: "redirects",
};

function appOf(table: string, apps: readonly string[]): string | undefined {
  const known = OF_DJANGO[table];
  if (known !== undefined && apps.includes(known)) return known;
  return apps
    .filter((app) => table.startsWith(`${app}_`))
    .sort((a, b) => b.length - a.length)
    .at(0);
}

function neededApps(
  tables: readonly Table[],
  app: string | undefined,
  ownerOf: (table: string) => string | undefined,
): ReadonlySet<string | undefined> {
  const keys = tables.flatMap(({ constraints }) =>
    constraints.flatMap((each) => (each.kind === "foreign-key" ? [ownerOf(each.references.table)] : [])),
  );
  return new Set(keys.filter((each) => each !== app));
}

/** Each after what it needs, by name while nothing needs another order; undefined for a circle. */
function orderApps(
  needs: ReadonlyMap<string | undefined, ReadonlySet<string | undefined>>,
): readonly (string | undefined)[] | undefined {
  const left = new Set([...needs.keys()].sort());
  const order: (string | undefined)[] = [];
  while (left.size > 0) {
    const isFree = (app: string | undefined) => [...(needs.get(app) ?? [])].every((each) => !left.has(each));
    const next = [...left].find(isFree);
    if (next === undefined && !(left.has(undefined) && isFree(undefined))) return undefined;
    left.delete(next);
    order.push(next);
  }
  return order;
}

function subset(
  model: DatabaseModel,
  standing: ReadonlySet<string | undefined>,
  ownerOf: (table: string) => string | undefined,
): DatabaseModel {
  const hasRest = standing.has(undefined);
  return {
    ...model,
    tables: model.tables.filter(({ name }) => standing.has(ownerOf(name))),
    sequences: model.sequences.filter(({ ownedBy }) =>
      ownedBy === undefined ? hasRest : standing.has(ownerOf(ownedBy.table)),
    ),
    ...(hasRest ? {} : { views: [], routines: [], types: [], others: [] }),
  };
}
