import { type Check, text } from '../basics/checks.ts';
import { show } from '../basics/fault.ts';
import { Faults } from '../basics/faults.ts';
import type { Revalidation } from '../core/revalidation.ts';
import { pagePath, pathPrefix } from '../core/revalidation-request.ts';
import { fillTemplate, type Lookup } from './fill-template.ts';
import { valuesAt } from './payload.ts';
import type { Rule, TargetKind, Template } from './rule.ts';
import type { Fields } from './vendor.ts';

export interface Wanted {
  /** `undefined` when no rule is for any of the changes. */
  readonly revalidation: Revalidation | undefined;
  /** Paths, tags and prefixes that could not be made, and why. */
  readonly skipped: readonly { readonly template: string; readonly why: string }[];
}

/** What a filled template must be, and what becomes of it. */
export const TARGET_CHECKS: Readonly<Record<TargetKind, (allowQuery: readonly string[]) => Check<string>>> = {
  paths: pagePath,
  tags: () => text,
  prefixes: () => pathPrefix,
};

const NOTHING: Revalidation = { pages: [], tags: [], prefixes: [], all: false };

/** All that the rules say about all the changes. `data` is the payload. */
export function wantedBy(
  rules: readonly Rule[],
  changes: readonly Fields[],
  data: unknown,
  allowQuery: readonly string[],
): Wanted {
  const skipped: { template: string; why: string }[] = [];
  const found: Revalidation[] = [];
  for (const change of changes) {
    const lookup = lookupIn(change, data);
    for (const rule of rules.filter((each) => isFor(each, lookup))) {
      if (rule.all) found.push({ ...NOTHING, all: true });
      for (const { kind, template } of rule.targets)
        found.push(...itemsOf(template, kind, lookup, allowQuery, skipped));
    }
  }
  return { revalidation: found.length === 0 ? undefined : merge(found), skipped };
}

function lookupIn(change: Fields, data: unknown): Lookup {
  return (name) => {
    if (name.startsWith('data.')) return valuesAt(data, name.slice('data.'.length));
    return valuesAt(change, name);
  };
}

function isFor({ conditions }: Rule, lookup: Lookup): boolean {
  return conditions.every(({ name, values }) => lookup(name).some((value) => values.includes(value)));
}

function itemsOf(
  template: Template,
  kind: TargetKind,
  lookup: Lookup,
  allowQuery: readonly string[],
  skipped: { template: string; why: string }[],
): Revalidation[] {
  const filled = fillTemplate(template, kind, lookup);
  if ('missing' in filled) {
    skipped.push({ template: template.source, why: `the payload has no ${filled.missing}` });
    return [];
  }
  return filled.items.flatMap((item) => {
    const read = readItem(kind, item, allowQuery);
    if (typeof read !== 'string') return [read];
    skipped.push({ template: template.source, why: read });
    return [];
  });
}

/** The same check as for requests by hand; or why the item is none. */
function readItem(kind: TargetKind, item: string, allowQuery: readonly string[]): Revalidation | string {
  const faults = new Faults(show(item));
  const read = TARGET_CHECKS[kind](allowQuery)(faults.in(item));
  if (read === undefined) return faults.found.map(({ mustBe }) => `${show(item)} must be ${mustBe}`).join('; ');
  return { ...NOTHING, [kind === 'paths' ? 'pages' : kind]: [read] };
}

function merge(all: readonly Revalidation[]): Revalidation {
  return {
    pages: [...new Set(all.flatMap(({ pages }) => pages))],
    tags: [...new Set(all.flatMap(({ tags }) => tags))],
    prefixes: [...new Set(all.flatMap(({ prefixes }) => prefixes))],
    all: all.some((each) => each.all),
  };
}
