import { IsrError } from '../basics/errors.ts';
import { trimSlashes } from '../basics/slashes.ts';
import type { Placeholder, TargetKind, Template } from './rule.ts';

/** The values of a field of the change, or of the payload. */
export type Lookup = (name: string) => readonly string[];
export type Filled = { readonly items: readonly string[] } | { readonly missing: string };

/** The limit for one template and one change. Several arrays in one template multiply. */
const MAX_FILLED_ITEMS = 10_000;

/** Puts the values in. They are encoded, so that no value can leave its segment of the path. */
export function fillTemplate({ parts }: Template, kind: TargetKind, lookup: Lookup): Filled {
  const names = [...new Set(parts.flatMap((part) => (typeof part === 'string' ? [] : [part.name])))];
  let choices: Readonly<Record<string, string>>[] = [{}];
  for (const name of names) {
    const values = [...new Set(lookup(name))];
    if (values.length === 0) return { missing: name };
    if (values.length * choices.length > MAX_FILLED_ITEMS)
      throw tooManyItems(values.length * choices.length, MAX_FILLED_ITEMS);
    choices = choices.flatMap((choice) => values.map((value) => ({ ...choice, [name]: value })));
  }
  const query = parts.findIndex((part) => typeof part === 'string' && part.includes('?'));
  const encodeAt = (index: number) => (query !== -1 && index > query ? encodeParameter : encodeSegment);
  return {
    items: choices.map((choice) => parts.map((part, i) => textOf(part, kind, choice, encodeAt(i))).join('')),
  };
}

function textOf(
  part: string | Placeholder,
  kind: TargetKind,
  values: Readonly<Record<string, string>>,
  encode: (value: string) => string,
): string {
  if (typeof part === 'string') return part;
  const value = values[part.name] ?? '';
  if (kind === 'tags') return value;
  if (!part.isRest) return encode(value);
  return trimSlashes(value).split('/').map(encode).join('/');
}

/** As in a link. Whatever the value, it stays in its segment: an encoded slash is no slash, see page-key.ts. */
function encodeSegment(value: string): string {
  return encodeURI(value.toWellFormed()).replaceAll(/[/?#]/g, encodeURIComponent);
}

function encodeParameter(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}

export function tooManyItems(count: number, max: number): IsrError {
  return new IsrError('INVALID_REQUEST', `${count} items are more than ${max}; use a rule with a prefix or a tag`);
}
