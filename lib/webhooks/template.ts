import { IsrError } from '../basics/errors.ts';
import { FIELD_NAMES } from './types.ts';

/** `rest` keeps the slashes of its value: `/{...path}`. */
export interface Placeholder {
  readonly name: string;
  readonly rest: boolean;
}

export interface Template {
  readonly source: string;
  readonly parts: readonly (string | Placeholder)[];
}

export type TargetKind = 'paths' | 'tags' | 'prefixes';
export type Lookup = (name: string) => readonly string[];
export type Expansion = { readonly items: readonly string[] } | { readonly missing: string };

/** Of one template in one change: arrays multiply. */
const MAX_ITEMS = 10_000;

/** The template, or what is wrong with it, as the end of a sentence. */
export function parseTemplate(source: string, kind: TargetKind): Template | { readonly fault: string } {
  const parts = source.split(/(\{[^{}]*\})/).filter((part) => part !== '');
  const parsed: (string | Placeholder)[] = [];
  for (const part of parts) {
    if (!part.startsWith('{') || !part.endsWith('}')) {
      if (/[{}]/.test(part)) return { fault: 'has a brace without its partner' };
      parsed.push(part);
      continue;
    }
    const rest = part.startsWith('{...');
    const name = part.slice(rest ? 4 : 1, -1);
    if (!isName(name)) return { fault: `has the unknown placeholder ${part}; use ${describeNames()}` };
    if (rest && kind === 'tags') return { fault: `has ${part}, but only paths and prefixes have parts; use {${name}}` };
    parsed.push({ name, rest });
  }
  return { source, parts: parsed };
}

/** Whether a placeholder or a condition may have this name. */
export function isName(name: string): boolean {
  return FIELD_NAMES.some((field) => field === name) || /^data(\.[^.{}]+)+$/.test(name);
}

export function describeNames(): string {
  return `${FIELD_NAMES.join(', ')} or data.<path into the payload>`;
}

/** Fills in the values; each in its own place, so that none can end a path segment or reach beyond it. */
export function expand({ parts }: Template, kind: TargetKind, lookup: Lookup): Expansion {
  const names = [...new Set(parts.flatMap((part) => (typeof part === 'string' ? [] : [part.name])))];
  let choices: Readonly<Record<string, string>>[] = [{}];
  for (const name of names) {
    const values = [...new Set(lookup(name))];
    if (values.length === 0) return { missing: name };
    if (values.length * choices.length > MAX_ITEMS) throw tooMany(values.length * choices.length);
    choices = choices.flatMap((choice) => values.map((value) => ({ ...choice, [name]: value })));
  }
  return { items: choices.map((choice) => parts.map((part) => textOf(part, kind, choice)).join('')) };
}

function textOf(part: string | Placeholder, kind: TargetKind, values: Readonly<Record<string, string>>): string {
  if (typeof part === 'string') return part;
  const value = values[part.name] ?? '';
  if (kind === 'tags') return value;
  if (!part.rest) return encode(value);
  return value
    .replace(/^\/+|\/+$/g, '')
    .split('/')
    .map(encode)
    .join('/');
}

/** `index.html` is the name of its folder's page, see page-key.ts: a value must not stand for another page. */
function encode(value: string): string {
  return value === 'index.html' ? '%2Findex.html' : encodeURIComponent(value.toWellFormed());
}

function tooMany(count: number): IsrError {
  return new IsrError(
    'INVALID_REQUEST',
    `${count} items are more than ${MAX_ITEMS}; use a rule with a prefix or a tag`,
  );
}
