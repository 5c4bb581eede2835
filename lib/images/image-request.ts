import { type ImageParameter, parameterIn } from './image-query.ts';

/** What is asked of an image, by the parameters of Astro's image endpoint. */
export interface ImageRequest {
  /** The path of a file of the site, or the URL of an image elsewhere. */
  readonly href: string;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly format: string | undefined;
  readonly parameters: readonly ImageParameter[];
}

/** A sentence for whoever asked, and the status that goes with it. */
export interface Refusal {
  readonly status: 400 | 403 | 404 | 413 | 422 | 500;
  readonly problem: string;
}

/** Beyond it, no screen shows a difference. */
export const MAX_SIDE_PIXELS = 8192;
const FORMATS = ['avif', 'png', 'webp', 'jpeg', 'jpg', 'svg'];
const FITS = ['fill', 'contain', 'cover', 'none', 'scale-down', 'outside', 'inside'];
/** To which an image is made when too many variants of it are stored. */
const COARSE_WIDTHS = [320, 640, 960, 1280, 1920, 2560, 3840];

export function readImageRequest(parameters: readonly ImageParameter[]): ImageRequest | Refusal {
  const value = (name: string) => parameterIn(parameters, name);
  const href = value('href');
  if (href === undefined || href === '') return bad('href', 'the path or the URL of an image', href);
  const [width, height] = [value('w'), value('h')];
  if (!isSide(width)) return bad('w', `a number of pixels up to ${MAX_SIDE_PIXELS}`, width);
  if (!isSide(height)) return bad('h', `a number of pixels up to ${MAX_SIDE_PIXELS}`, height);
  const format = value('f');
  if (format !== undefined && !FORMATS.includes(format)) return bad('f', `one of ${FORMATS.join(', ')}`, format);
  const quality = value('q');
  if (quality !== undefined && !/^(low|mid|high|max|[1-9]\d?|100)$/.test(quality)) {
    return bad('q', 'low, mid, high, max or a number from 1 to 100', quality);
  }
  const fit = value('fit');
  if (fit !== undefined && !FITS.includes(fit)) return bad('fit', `one of ${FITS.join(', ')}`, fit);
  return { href, width: numberIn(width), height: numberIn(height), format, parameters };
}

/**
 * The same image in one of few variants: nobody can fill the bucket, and keep the processors busy, by asking for each
 * width, quality and colour that there is.
 */
export function coarse({ href, width, format }: ImageRequest): ImageRequest {
  const made = COARSE_WIDTHS.find((each) => each >= (width ?? 0)) ?? COARSE_WIDTHS.at(-1);
  const parameters = [
    ...(format === undefined ? [] : [{ name: 'f', value: format }]),
    { name: 'href', value: href },
    { name: 'w', value: String(made) },
  ];
  return { href, width: made, height: undefined, format, parameters };
}

/** The query as the framework's own service reads it. */
export function queryOf({ parameters }: ImageRequest): URLSearchParams {
  return new URLSearchParams(parameters.map(({ name, value }): [string, string] => [name, value]));
}

function isSide(text: string | undefined): boolean {
  return text === undefined || (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= MAX_SIDE_PIXELS);
}

function numberIn(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function bad(name: string, mustBe: string, value: string | undefined): Refusal {
  const received = value === undefined ? '' : `, not '${value.slice(0, 100)}'`;
  return { status: 400, problem: `the parameter '${name}' must be ${mustBe}${received}` };
}
