import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  pageKeyOf,
  pageKeyOfUri,
  pathOfPageKey,
  type QueryParameter,
  queryOfPageKey,
  requestPathOfPageKey,
  type UrlStyle,
  uriOfPageKey,
} from '../../../lib/core/page/page-key.ts';

const key = (path: string, parameters?: readonly QueryParameter[], style?: UrlStyle): string => {
  const result = pageKeyOf(path, parameters, style);
  return 'pageKey' in result ? result.pageKey : `fault: ${result.fault}`;
};

const segment = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.constantFrom('index.html', '!', '!(a)(b)', 'a.b', '%41', '*2A', '!slash', '!*a', 'a%2Fb', 'a,b'),
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: paths have none.
  .filter((text) => text !== '.' && text !== '..' && !/[/\\\x00-\x1f\x7f]/.test(text) && text.isWellFormed());
/** As browsers write it, and with every escape that there is. */
const encoded = fc.tuple(segment, fc.boolean()).map(([text, isEager]) => {
  const escaped = encodeURIComponent(text);
  return isEager ? escaped : escaped.replaceAll(/%(?:2C|3B|3A|40|26|3D|2B|24)/g, decodeURIComponent);
});
const path = fc
  .tuple(fc.array(encoded, { maxLength: 5 }), fc.boolean())
  .map(([segments, hasSlash]) => `/${segments.join('/')}${hasSlash && segments.length > 0 ? '/' : ''}`);
const parameter = fc.record({
  name: fc.string({ minLength: 1, maxLength: 5 }),
  value: fc.string({ unit: 'grapheme', maxLength: 8 }),
});
const query = fc.array(parameter, { maxLength: 3 }).map((parameters) =>
  parameters.map(({ name, value }) => ({
    name: encodeURIComponent(name),
    value: encodeURIComponent(value.toWellFormed()),
  })),
);

/** What Astro tells apart: it decodes with decodeURI, and to a file, a slash at the end makes a difference. */
const canonicalPath = (raw: string): string => {
  const decoded = raw.split('/').filter((part) => part !== '');
  const last = decoded.at(-1) ?? '';
  const isFile = /.\.\w+$/.test(decodeURIComponent(last));
  // An escape that decodeURI keeps is not the same text with a percent sign.
  const texts = decoded.map((part) => decodeURI(part.replaceAll(/%(?=2C|3B|3A|40|26|3D|2B|24|2F|3F|23)/gi, '\0')));
  return JSON.stringify([texts, isFile && raw.endsWith('/')]);
};
const canonicalQuery = (parameters: readonly QueryParameter[]): string =>
  JSON.stringify(
    parameters
      .map(({ name, value }) => [decodeURIComponent(name), decodeURIComponent(value)] as const)
      .sort(([a], [b]) => (encodeURIComponent(a) < encodeURIComponent(b) ? -1 : a === b ? 0 : 1)),
  );

describe('for every path and query', () => {
  test('the key gives path and query back', () => {
    fc.assert(
      fc.property(path, query, (raw, parameters) => {
        const result = pageKeyOf(raw, parameters);
        fc.pre('pageKey' in result);
        const back = new URLSearchParams(queryOfPageKey(result.pageKey));
        expect(canonicalPath(requestPathOfPageKey(result.pageKey, 'ignore'))).toBe(canonicalPath(raw));
        expect(decodeURIComponent(pathOfPageKey(result.pageKey))).toBe(
          decodeURIComponent(raw).replace(/(?<=.)\/$/, ''),
        );
        expect(new Map(back)).toEqual(
          new Map(parameters.map(({ name, value }) => [decodeURIComponent(name), decodeURIComponent(value)])),
        );
      }),
    );
  });

  test('two pages have one key only if path and query are the same', () => {
    fc.assert(
      fc.property(path, query, path, query, (pathA, queryA, pathB, queryB) => {
        const a = key(pathA, queryA);
        const b = key(pathB, queryB);
        fc.pre(!a.startsWith('fault') && !b.startsWith('fault'));
        const isSamePage =
          canonicalPath(pathA) === canonicalPath(pathB) && canonicalQuery(queryA) === canonicalQuery(queryB);
        expect(a === b).toBe(isSamePage);
      }),
      { numRuns: 2000 },
    );
  });

  test('the key survives CloudFront: its URI is plain ASCII and stands for it alone', () => {
    fc.assert(
      fc.property(path, query, (raw, parameters) => {
        const result = pageKeyOf(raw, parameters);
        fc.pre('pageKey' in result);
        const uri = uriOfPageKey(result.pageKey);
        expect(uri).toMatch(/^[A-Za-z0-9\-._~%/]+$/);
        expect(pageKeyOfUri(uri)).toBe(result.pageKey);
      }),
    );
  });
});
