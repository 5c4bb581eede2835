import { hash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { answerImage, MAX_VARIANTS } from '../../lib/images/answer-image.ts';
import { type ImageRules, imageParameters, sourcePrefix, variantKey } from '../../lib/images/image-query.ts';
import { type ImageRequest, type Refusal, readImageRequest } from '../../lib/images/image-request.ts';
import type { ImagePorts, ImageSource, StoredVariant } from '../../lib/images/ports.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';

const RULES: ImageRules = {
  parameters: ['background', 'f', 'fit', 'h', 'href', 'position', 'q', 'w'],
  widths: [],
  assets: '/_astro/',
  sharedPrefix: 'images/v',
  ownPrefix: 'images/v-1',
};
const REMOTE = 'https://pictures.example/a.png';

let clock: VirtualClock;
let stored: Map<string, StoredVariant>;
let made: string[];
let lines: string[];
let source: () => ImageSource | Refusal;

beforeEach(() => {
  clock = new VirtualClock();
  stored = new Map();
  made = [];
  lines = [];
  source = () => bytes({});
});

const bytes = (headers: Record<string, string>): ImageSource => ({
  kind: 'bytes',
  bytes: Buffer.from('source'),
  headers: new Headers(headers),
});

const hashText = (text: string) => hash('sha256', text, 'hex');

function ports(changes: Partial<ImagePorts> = {}): ImagePorts {
  return {
    variants: {
      read: async (key) => stored.get(key),
      async write(key, variant) {
        stored.set(key, { ...variant, etag: '"e"' });
        return '"e"';
      },
      count: async (prefix) => [...stored.keys()].filter((key) => key.startsWith(prefix)).length,
    },
    sources: {
      kindOf: (href) => (href.startsWith('/_astro/') ? 'hashed' : href.startsWith('/') ? 'own' : 'remote'),
      fetch: async () => source(),
    },
    keys: {
      variant: (parameters) => variantKey(parameters, RULES, hashText),
      source: ({ href }) => sourcePrefix(href, RULES, hashText),
    },
    service: async () => ({
      maxPixels: 100,
      isAllowed: () => true,
      namesHost: () => false,
      measure: async () => ({ pixels: 10 }),
      async transform(_, query) {
        made.push(String(query));
        return { bytes: Buffer.from('made'), contentType: 'image/webp' };
      },
    }),
    minimumTtlSeconds: 60,
    clock,
    log: (_, message) => lines.push(message),
    ...changes,
  };
}

function requestOf(query: string): ImageRequest {
  const request = readImageRequest(parametersOf(query));
  if ('problem' in request) throw new Error(request.problem);
  return request;
}

function parametersOf(query: string) {
  const given = query.split('&').map((pair) => pair.split('='));
  return imageParameters(
    given.map(([name = '', value = '']) => ({ name, value })),
    RULES,
  );
}

const ask = (query: string, changes?: Partial<ImagePorts>) => answerImage(requestOf(query), ports(changes));

describe('a variant', () => {
  test('of a hashed file is made once, and kept for ever by edge and browser', async () => {
    const first = await ask('href=/_astro/a.1.png&w=10');
    expect(first).toMatchObject({ outcome: 'MISS', cacheControl: 'public, max-age=31536000, immutable' });
    expect(await ask('w=10&href=%2F_astro%2Fa.1.png')).toMatchObject({ outcome: 'HIT', etag: '"e"' });
    expect(made).toHaveLength(1);
  });

  test('of a file without a hash is asked for again by browsers, since a deployment may change it', async () => {
    expect(await ask('href=/a.png')).toMatchObject({
      cacheControl: 'public, max-age=0, s-maxage=31536000, must-revalidate',
    });
  });

  test('is answered though it could not be stored', async () => {
    const { variants } = ports();
    const write = () => Promise.reject(new Error('slow down'));
    expect(await ask('href=/_astro/a.png', { variants: { ...variants, write } })).toMatchObject({ outcome: 'MISS' });
    expect(lines).toEqual(['the image was made and could not be stored: slow down']);
  });
});

describe("another site's image", () => {
  test.each([
    [{ 'cache-control': 'max-age=600' }, 600],
    [{ 'cache-control': 's-maxage=900, max-age=600' }, 900],
    [{ 'cache-control': 'max-age=600', age: '200' }, 400],
    [{ 'cache-control': 'max-age=5' }, 60],
    [{ 'cache-control': 'no-store' }, 60],
    [{ 'cache-control': 'max-age=31536000' }, 31 * 86_400],
    [{ expires: 'Sun, 22 Nov 2026 13:00:00 GMT' }, 3600],
    [{ expires: '0' }, 60],
    [{}, 14_400],
  ])('with %j is kept for %i seconds', async (headers, seconds) => {
    source = () => bytes(headers as Record<string, string>);
    expect(await ask(`href=${REMOTE}`)).toMatchObject({ cacheControl: `public, max-age=${seconds}` });
  });

  test('is not made again when it expired and is the same', async () => {
    source = () => bytes({ etag: '"1"', 'cache-control': 'max-age=600' });
    await ask(`href=${REMOTE}`);
    clock.advance(601_000);
    source = () => ({ kind: 'unchanged', headers: new Headers({ 'cache-control': 'max-age=600' }) });
    expect(await ask(`href=${REMOTE}`)).toMatchObject({ outcome: 'REVALIDATED', cacheControl: 'public, max-age=600' });
    expect(await ask(`href=${REMOTE}`)).toMatchObject({ outcome: 'HIT' });
    expect(made).toHaveLength(1);
  });

  test('is served for a minute more when it expired and its site fails', async () => {
    await ask(`href=${REMOTE}`);
    clock.advance(14_401_000);
    source = () => ({ status: 500, problem: 'it is down' });
    expect(await ask(`href=${REMOTE}`)).toMatchObject({ outcome: 'STALE', cacheControl: 'public, max-age=60' });
    expect(lines).toEqual(['served an expired image: it is down']);
  });
});

describe('bounds', () => {
  test('a source with too many pixels is refused before it is decoded', async () => {
    const service = { ...(await ports().service()), measure: async () => ({ pixels: 101 }) };
    expect(await ask('href=/_astro/a.png', { service: async () => service })).toMatchObject({ status: 413 });
    expect(made).toEqual([]);
  });

  test('what is no image is refused with the reason', async () => {
    const measure = () => Promise.reject(new Error('unsupported image format'));
    const service = { ...(await ports().service()), measure };
    const answer = await ask('href=/_astro/a.png', { service: async () => service });
    expect(answer).toEqual({
      status: 422,
      problem: '/_astro/a.png cannot be made into this image: unsupported image format',
    });
  });

  test('what is called SVG has to be one', async () => {
    expect(await ask('href=/_astro/a.png&f=svg')).toMatchObject({ status: 403 });
    expect(stored.size).toBe(0);
  });

  test('nobody can have each width of a source made: after many, the next of few', async () => {
    for (let width = 1; width <= MAX_VARIANTS; width++) await ask(`href=/_astro/a.png&w=${width}`);
    made = [];
    for (let width = 1001; width <= 1100; width++) {
      expect(await ask(`href=/_astro/a.png&w=${width}&q=${width - 1000}&h=7`)).toHaveProperty('bytes');
    }
    expect(made).toEqual(['href=%2F_astro%2Fa.png&w=1280']);
    await ask('href=/_astro/other.png&w=1001');
    expect(made).toContain('href=%2F_astro%2Fother.png&w=1001');
  });

  test('nobody can have one source made over and over by other spellings of its URL', async () => {
    await ask('href=/_astro/a%201.png&w=10');
    const spellings = [
      '/_astro/%61%25201.png',
      '/_astro/a%201.png?x=1',
      '/_astro/a%25201.png%23x',
      '/_astro%252Fa%25201.png',
    ];
    for (const href of spellings) expect(await ask(`href=${href}&w=10`)).toMatchObject({ outcome: 'HIT' });
    await ask(`href=${REMOTE}`);
    expect(await ask(`href=${REMOTE}%23x`)).toMatchObject({ outcome: 'HIT' });
    expect(made).toHaveLength(2);
  });

  test('a source is not asked for again for what is one variant too many', async () => {
    let asked = 0;
    source = () => {
      asked++;
      return bytes({});
    };
    for (let width = 1; width <= MAX_VARIANTS + 1; width++) await ask(`href=${REMOTE}&w=${width}`);
    for (let width = 1; width <= 50; width++) await ask(`href=${REMOTE}&w=${width}&q=7`);
    expect(asked).toBe(MAX_VARIANTS + 1);
  });

  test.each(['', 'w=1', 'href=', 'href=/a&w=0', 'href=/a&w=8193', 'href=/a&h=-1', 'href=/a&w=1e3', 'href=/a&q=101'])(
    'the query "%s" is refused with a sentence',
    (query) => {
      expect(readImageRequest(parametersOf(query))).toMatchObject({
        status: 400,
        problem: expect.stringMatching(/^the parameter '\w+' must be /),
      });
    },
  );
});
