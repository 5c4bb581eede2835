import { type Check, text } from '../basics/checks.ts';
import { sentenceOf, show } from '../basics/fault.ts';
import { Faults } from '../basics/faults.ts';
import type { PageKey } from '../core/page/page-key.ts';
import type { PageNaming } from '../core/page/page-name.ts';
import type { Revalidation } from '../core/revalidation.ts';
import { pagePath, pathPrefix } from '../core/revalidation-request.ts';
import { fillTemplate, type Lookup, tooManyItems } from './fill-template.ts';
import { valuesAt } from './payload.ts';
import type { Rule, TargetKind, Template } from './rule.ts';
import type { Change } from './vendor.ts';

export interface Wanted {
  /** `undefined` when no rule is for any of the changes. */
  readonly revalidation: Revalidation | undefined;
  /** Paths, tags and prefixes that could not be made, and why: each once. */
  readonly skipped: readonly Skipped[];
  /** Whether everything is revalidated because the vendor did not say which entry changed. */
  readonly isForWantOfAnEntry: boolean;
}

export interface Skipped {
  readonly template: string;
  readonly why: string;
}

/** Checks what a filled template makes. */
export const TARGET_CHECKS: Readonly<Record<TargetKind, (naming: PageNaming) => Check<string>>> = {
  paths: pagePath,
  tags: () => text,
  prefixes: () => pathPrefix,
};

/** The limit for all templates and changes together: what the ledger notes in the time that a function has. */
const MAX_WANTED_ITEMS = 100_000;

/** Applies all rules to all changes. Names that begin with `data.` are looked up in `payload`. */
export function wantedBy(
  rules: readonly Rule[],
  changes: readonly Change[],
  payload: unknown,
  naming: PageNaming,
): Wanted {
  const collector = new Collector(naming);
  const lookupInPayload = remembering((path) => valuesAt(payload, path));
  for (const change of changes) {
    const lookup: Lookup = (name) =>
      name.startsWith('data.') ? lookupInPayload(name.slice('data.'.length)) : valuesAt(change, name);
    for (const rule of rules.filter((each) => isFor(each, lookup))) collector.apply(rule, change, lookup);
  }
  return collector.wanted;
}

/** Looks up each name only once: the payload is the same for every change. */
function remembering(lookup: Lookup): Lookup {
  const known = new Map<string, readonly string[]>();
  return (name) => {
    const values = known.get(name) ?? lookup(name);
    known.set(name, values);
    return values;
  };
}

function isFor({ conditions }: Rule, lookup: Lookup): boolean {
  return conditions.every(({ name, values }) => lookup(name).some((value) => values.includes(value)));
}

/** Whether a template gives the same for each change. */
function isSameForAll({ parts }: Template): boolean {
  return parts.every((part) => typeof part === 'string' || part.name.startsWith('data.'));
}

class Collector {
  readonly #naming: PageNaming;
  readonly #found = { paths: new Set<PageKey>(), tags: new Set<string>(), prefixes: new Set<string>() };
  readonly #skipped = new Map<string, Skipped>();
  readonly #done = new Set<Template>();
  #all = false;
  #isForWantOfAnEntry = false;

  constructor(naming: PageNaming) {
    this.#naming = naming;
  }

  apply(rule: Rule, change: Change, lookup: Lookup): void {
    this.#all ||= rule.all;
    for (const { kind, template } of rule.targets) {
      if (this.#done.has(template)) continue;
      if (isSameForAll(template)) this.#done.add(template);
      const filled = fillTemplate(template, kind, lookup);
      if ('items' in filled) for (const item of filled.items) this.#add(kind, item, template);
      else if (change.isIncomplete) this.#isForWantOfAnEntry = true;
      else this.#skip(template, `the payload has no ${filled.missing}`);
    }
  }

  get wanted(): Wanted {
    const { paths, tags, prefixes } = this.#found;
    const all = this.#all || this.#isForWantOfAnEntry;
    const revalidation = { pages: [...paths], tags: [...tags], prefixes: [...prefixes], all };
    const isEmpty = paths.size + tags.size + prefixes.size === 0 && !all;
    return {
      revalidation: isEmpty ? undefined : revalidation,
      skipped: [...this.#skipped.values()],
      isForWantOfAnEntry: this.#isForWantOfAnEntry,
    };
  }

  /** Checks the item in the same way as the API does. */
  #add(kind: TargetKind, item: string, template: Template): void {
    const faults = new Faults(show(item));
    const read = TARGET_CHECKS[kind](this.#naming)(faults.in(item));
    if (read === undefined) {
      const sentences = faults.found.map(({ mustBe }) => sentenceOf({ place: [], mustBe }, show(item)));
      this.#skip(template, sentences.join('; '));
      return;
    }
    (this.#found[kind] as Set<string>).add(read);
    const { paths, tags, prefixes } = this.#found;
    const count = paths.size + tags.size + prefixes.size;
    if (count > MAX_WANTED_ITEMS) throw tooManyItems(count, MAX_WANTED_ITEMS);
  }

  #skip({ source }: Template, why: string): void {
    this.#skipped.set(`${source}\n${why}`, { template: source, why });
  }
}
