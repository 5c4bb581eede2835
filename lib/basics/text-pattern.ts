/**
 * A piece of a pattern: text that stands for itself, or what stands for others.
 * - `character`: any one, slashes too
 * - `segment`: one or more, but no slash
 * - `rest`: any number, slashes too
 * - `optional-rest`: nothing, or a slash and a rest
 * - `optional-slash`: nothing, or a slash
 */
export type PatternPart = string | { readonly any: Wildcard };

type Wildcard = 'character' | 'segment' | 'rest' | 'optional-rest' | 'optional-slash';

/** The parts of a pattern in which `*` is any text and `?` any character. */
export function wildcardParts(pattern: string): readonly PatternPart[] {
  const texts = pattern.split(/([*?])/).filter((part) => part !== '');
  return texts.map((text) => (text === '*' ? { any: 'rest' } : text === '?' ? { any: 'character' } : text));
}

/** What is read of a text; every string has it. */
export type ReadableText = Pick<string, 'length' | 'charAt' | 'startsWith' | 'slice'>;

/**
 * Compares a whole text with a pattern: what each segment and each rest stands for, or `undefined`. Each takes as little
 * as it can, from left to right, as the lazy wildcards of a regular expression do.
 *
 * The time grows with the length of the text and with the number of parts, whatever they are: a regular expression
 * tries all ways to divide a text among its wildcards, which can take a minute for a thousand characters.
 */
export function matchText(parts: readonly PatternPart[], text: ReadableText): readonly string[] | undefined {
  const [first] = parts;
  if (typeof first === 'string' && !text.startsWith(first)) return undefined;
  const table = tableOf(parts, text);
  return table[0]?.[0] === 1 ? divide(parts, text, table) : undefined;
}

/** Whether the parts from `i` on cover the text from `at` on is `table[i][at]`, 1 or 0. */
function tableOf(parts: readonly PatternPart[], text: ReadableText): readonly Uint8Array[] {
  const end = new Uint8Array(text.length + 1);
  end[text.length] = 1;
  const rows: Uint8Array[] = [end];
  for (const part of parts.toReversed()) rows.push(rowOf(part, text, rows.at(-1) ?? end));
  return rows.reverse();
}

/** `next` is the row of the part behind. */
function rowOf(part: PatternPart, text: ReadableText, next: Uint8Array): Uint8Array {
  const row = new Uint8Array(text.length + 1);
  const lastOfNext = next.lastIndexOf(1);
  for (let at = text.length; at >= 0; at--) row[at] = covers(part, text, at, { row, next, lastOfNext }) ? 1 : 0;
  return row;
}

interface Rows {
  /** Filled from the end of the text to the place that is asked for. */
  readonly row: Uint8Array;
  readonly next: Uint8Array;
  readonly lastOfNext: number;
}

function covers(part: PatternPart, text: ReadableText, at: number, { row, next, lastOfNext }: Rows): boolean {
  if (typeof part === 'string') return text.startsWith(part, at) && next[at + part.length] === 1;
  switch (part.any) {
    case 'character':
      return next[at + 1] === 1;
    case 'segment':
      return text.charAt(at) !== '/' && (next[at + 1] === 1 || row[at + 1] === 1);
    case 'rest':
      return at <= lastOfNext;
    case 'optional-rest':
      return next[at] === 1 || (text.charAt(at) === '/' && at < lastOfNext);
    case 'optional-slash':
      return next[at] === 1 || (text.charAt(at) === '/' && next[at + 1] === 1);
  }
}

function divide(parts: readonly PatternPart[], text: ReadableText, table: readonly Uint8Array[]): readonly string[] {
  const found: string[] = [];
  let at = 0;
  parts.forEach((part, i) => {
    const [begin, end] = spanOf(part, text, at, table[i + 1] ?? new Uint8Array());
    if (typeof part !== 'string' && DIVIDED.includes(part.any)) found.push(text.slice(begin, end));
    at = end;
  });
  return found;
}

const DIVIDED: readonly Wildcard[] = ['segment', 'rest', 'optional-rest'];

/** Where what the part stands for begins and ends: as early as the part behind allows. */
function spanOf(part: PatternPart, text: ReadableText, at: number, next: Uint8Array): readonly [number, number] {
  if (typeof part === 'string') return [at, at + part.length];
  const isAtSlash = text.charAt(at) === '/';
  switch (part.any) {
    case 'character':
      return [at, at + 1];
    case 'segment':
      return [at, next.indexOf(1, at + 1)];
    case 'rest':
      return [at, next.indexOf(1, at)];
    case 'optional-rest':
      return isAtSlash && next.includes(1, at + 1) ? [at + 1, next.indexOf(1, at + 1)] : [at, at];
    case 'optional-slash':
      return isAtSlash && next[at + 1] === 1 ? [at, at + 1] : [at, at];
  }
}
