import { type Fields, fieldOf } from './fields.ts';

/** Of a body whose size is not known yet. */
type RangeSpec =
  | { readonly first: number; readonly last: number | undefined }
  /** The last so many bytes. */
  | { readonly suffix: number };

export type RangeSpecs = readonly [RangeSpec, ...RangeSpec[]];

export interface ByteRange {
  readonly first: number;
  /** Included. */
  readonly last: number;
}

/**
 * What a Range header asks for; undefined where it has to be ignored, as one that is not valid is.
 * https://www.rfc-editor.org/rfc/rfc9110#section-14.1
 */
export function readRangeSpecs(header: string | undefined): RangeSpecs | undefined {
  const list = /^bytes=(.*)$/i.exec(header ?? '')?.[1];
  if (list === undefined) return undefined;
  const [first, ...others] = list.split(',').map((spec) => readRangeSpec(spec.trim()));
  const isValid = first !== undefined && others.every((spec) => spec !== undefined);
  return isValid ? [first, ...others.filter((spec) => spec !== undefined)] : undefined;
}

function readRangeSpec(text: string): RangeSpec | undefined {
  const [, first, last] = /^(\d*)-(\d*)$/.exec(text) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') return { suffix: Number(last) };
  if (last === '') return { first: Number(first), last: undefined };
  return Number(first) <= Number(last) ? { first: Number(first), last: Number(last) } : undefined;
}

export type Resolved =
  | { readonly kind: 'ranges'; readonly ranges: readonly [ByteRange, ...ByteRange[]] }
  /** None of them is within the body: 416. */
  | { readonly kind: 'unsatisfiable' }
  /** CloudFront answers with the whole body. */
  | { readonly kind: 'ignored' };

/** The ranges of a body of that size. CloudFront takes several when they ascend and do not overlap (RangeGETs.html). */
export function resolveRanges(specs: RangeSpecs, size: number): Resolved {
  const [first, ...others] = specs.map((spec) => resolveRange(spec, size)).filter((range) => range !== undefined);
  if (first === undefined) return { kind: 'unsatisfiable' };
  let end = first.last;
  for (const range of others) {
    if (range.first <= end) return { kind: 'ignored' };
    end = range.last;
  }
  return { kind: 'ranges', ranges: [first, ...others] };
}

function resolveRange(spec: RangeSpec, size: number): ByteRange | undefined {
  if ('suffix' in spec) {
    return spec.suffix === 0 || size === 0 ? undefined : { first: Math.max(0, size - spec.suffix), last: size - 1 };
  }
  if (spec.first >= size) return undefined;
  return { first: spec.first, last: Math.min(spec.last ?? size - 1, size - 1) };
}

export interface ContentRange extends ByteRange {
  readonly size: number;
}

/** `bytes 0-1/5`; undefined for what is not of one range of a body whose size is known. */
export function readContentRange(header: string | undefined): ContentRange | undefined {
  const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+)$/i.exec(header ?? '') ?? [];
  if (first === undefined) return undefined;
  const range = { first: Number(first), last: Number(last), size: Number(size) };
  return range.first <= range.last && range.last < range.size ? range : undefined;
}

export function formatContentRange({ first, last, size }: ContentRange): string {
  return `bytes ${first}-${last}/${size}`;
}

/** Whether the stored version is the one of which the viewer has a part already: by a strong entity tag or its date. */
export function isRangeCurrent(asked: Readonly<Fields>, stored: Readonly<Fields>): boolean {
  const ifRange = fieldOf(asked, 'if-range');
  if (ifRange === undefined) return true;
  return ifRange.startsWith('"') ? ifRange === stored.etag : ifRange === stored['last-modified'];
}
