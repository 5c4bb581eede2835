import { IsrError } from '../basics/errors.ts';
import { isJsonObject } from '../basics/json-object.ts';
import type { Revalidation } from '../core/revalidation.ts';
import { parseRevalidation } from '../core/revalidation-request.ts';
import { valuesAt } from './payload.ts';
import {
  describeNames,
  expand,
  isName,
  type Lookup,
  parseTemplate,
  type TargetKind,
  type Template,
} from './template.ts';
import type { Fields } from './types.ts';

const KINDS: readonly TargetKind[] = ['paths', 'tags', 'prefixes'];
const MEMBERS = ['when', ...KINDS, 'all'];

/** A rule that was checked. */
export interface Rule {
  readonly conditions: readonly { readonly name: string; readonly values: readonly string[] }[];
  readonly targets: readonly { readonly kind: TargetKind; readonly template: Template }[];
  readonly all: boolean;
}

export interface Wanted {
  /** `undefined` when no rule is for any of the changes. */
  readonly revalidation: Revalidation | undefined;
  /** Paths, tags and prefixes that could not be made, and why. */
  readonly skipped: readonly { readonly template: string; readonly why: string }[];
}

/** Reads rules; whatever is wrong goes into `faults`, with its place. */
export function parseRules(rules: unknown, place: string, faults: string[]): Rule[] {
  if (Array.isArray(rules) && rules.length > 0)
    return rules.map((rule, i) => parseRule(rule, `${place}[${i}]`, faults));
  faults.push(
    `${place} must be an array of rules that is not empty, got ${show(rules)}; leave it out for the defaults`,
  );
  return [];
}

function parseRule(rule: unknown, place: string, faults: string[]): Rule {
  if (!isJsonObject(rule)) {
    faults.push(`${place} must be an object such as { paths: ['/blog/{slug}'] }, got ${show(rule)}`);
    return { conditions: [], targets: [], all: false };
  }
  for (const name of Object.keys(rule).filter((each) => !MEMBERS.includes(each))) {
    faults.push(`${place}.${name} is not known; use ${MEMBERS.join(', ')}`);
  }
  if (rule.all !== undefined && typeof rule.all !== 'boolean') {
    faults.push(`${place}.all must be true or false, got ${show(rule.all)}`);
  }
  const targets = KINDS.flatMap((kind) => parseTargets(rule[kind], kind, `${place}.${kind}`, faults));
  if (KINDS.every((kind) => rule[kind] === undefined) && rule.all !== true) {
    faults.push(`${place} names nothing to revalidate; give it paths, tags, prefixes or all`);
  }
  return { conditions: parseConditions(rule.when, `${place}.when`, faults), targets, all: rule.all === true };
}

function parseConditions(when: unknown, place: string, faults: string[]): Rule['conditions'] {
  if (when === undefined) return [];
  if (!isJsonObject(when)) {
    faults.push(`${place} must be an object such as { type: 'post' }, got ${show(when)}`);
    return [];
  }
  return Object.entries(when).flatMap(([name, value]) => {
    if (!isName(name)) faults.push(`${place}.${name} is no field; use ${describeNames()}`);
    const values: unknown[] = Array.isArray(value) ? value : [value];
    const isGood = values.length > 0 && values.every((each) => typeof each === 'string' && each !== '');
    if (!isGood) faults.push(`${place}.${name} must be a string or several in an array, got ${show(value)}`);
    return isGood ? [{ name, values: values as string[] }] : [];
  });
}

function parseTargets(templates: unknown, kind: TargetKind, place: string, faults: string[]): Rule['targets'] {
  if (templates === undefined) return [];
  if (!Array.isArray(templates) || templates.length === 0) {
    faults.push(`${place} must be an array of strings that is not empty, got ${show(templates)}`);
    return [];
  }
  return templates.flatMap((source: unknown, i) => {
    const template = typeof source === 'string' ? parseTemplate(source, kind) : { fault: 'must be a string' };
    const fault = 'fault' in template ? template.fault : faultOfSample(template, kind);
    if (fault === undefined) return [{ kind, template: template as Template }];
    faults.push(`${place}[${i}] ${show(source)} ${fault}`);
    return [];
  });
}

/** What is wrong with a template whatever its values are: it is filled in with one that is never wrong. */
function faultOfSample(template: Template, kind: TargetKind): string | undefined {
  const expansion = expand(template, kind, () => ['x']);
  const item = 'items' in expansion ? (expansion.items[0] ?? '') : '';
  const parsed = parseItem(kind, item, []);
  return typeof parsed === 'string' ? parsed : undefined;
}

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
      if (rule.all) found.push({ pages: [], tags: [], prefixes: [], all: true });
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
  const expansion = expand(template, kind, lookup);
  if ('missing' in expansion) {
    skipped.push({ template: template.source, why: `the payload has no ${expansion.missing}` });
    return [];
  }
  return expansion.items.flatMap((item) => {
    const parsed = parseItem(kind, item, allowQuery);
    if (typeof parsed !== 'string') return [parsed];
    skipped.push({ template: template.source, why: `${JSON.stringify(item.slice(0, 200))} ${parsed}` });
    return [];
  });
}

/** The same parser as for requests by hand; or what it says about the item. */
function parseItem(kind: TargetKind, item: string, allowQuery: readonly string[]): Revalidation | string {
  try {
    return parseRevalidation({ [kind]: [item] }, allowQuery);
  } catch (error) {
    if (!(error instanceof IsrError) || error.code !== 'INVALID_REQUEST') throw error;
    return error.message.replace(/^\w+\[0\] (?:".*" )?/s, '');
  }
}

function merge(all: readonly Revalidation[]): Revalidation {
  return {
    pages: [...new Set(all.flatMap(({ pages }) => pages))],
    tags: [...new Set(all.flatMap(({ tags }) => tags))],
    prefixes: [...new Set(all.flatMap(({ prefixes }) => prefixes))],
    all: all.some((each) => each.all),
  };
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 80);
}
