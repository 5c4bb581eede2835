import { describe, expect, test } from 'vitest';
import isr, { type AdapterOptions, isr as named } from '../../lib/adapter/index.ts';
import { resolveOptions } from '../../lib/adapter/options.ts';
import { IsrError } from '../../lib/basics/errors.ts';

const TOKEN = 'a-token-that-has-32-characters-00';

/** What a configuration written in JavaScript may contain. */
function faultOf(options: unknown): IsrError {
  try {
    isr(options as AdapterOptions);
  } catch (error) {
    if (error instanceof IsrError) return error;
    throw error;
  }
  throw new Error('the options were accepted');
}

test('the adapter is the default export, and one by name', () => {
  expect(isr).toBe(named);
  expect(isr().name).toBe('cdk-isr/astro');
});

test.each([
  { options: undefined },
  { options: {} },
  { options: { isr: true } },
  { options: { isr: false } },
  { options: { isr: {} } },
  { options: { isr: { expiration: false, bypassToken: TOKEN, exclude: ['/a', /b/], allowQuery: ['page'] } } },
  { options: { isr: { bypassToken: [TOKEN, `${TOKEN}2`] } } },
  { options: { isr: { warm: ['/', '/list?page=2'] } } },
  { options: { isr: { warm: 'sitemap' } } },
  { options: { isr: { middleware: { entrypoint: './src/gate.ts', paths: ['/members', '/a/b-c.d'] } } } },
  { options: { imageService: true, imagesConfig: { sizes: [640, 1080], domains: ['a.example'] } } },
  {
    options: {
      imageService: true,
      devImageService: 'sharp',
      imagesConfig: {
        sizes: [320],
        remotePatterns: [{ protocol: 'https', hostname: '**.example.com', pathname: '/a/**' }],
        minimumCacheTTL: 3600,
        formats: ['image/webp'],
        dangerouslyAllowSVG: true,
        contentSecurityPolicy: 'sandbox',
      },
    },
  },
  {
    options: {
      isr: true,
      edgeMiddleware: false,
      excludeFiles: ['data/drafts'],
      includeFiles: ['./data'],
      maxDuration: 5,
      middlewareMode: 'classic',
      skewProtection: false,
      staticHeaders: true,
      webAnalytics: { enabled: false },
    },
  },
] as { options: AdapterOptions | undefined }[])('accepts $options', ({ options }) => {
  expect(() => isr(options)).not.toThrow();
});

describe.each([
  {
    options: { isr: 'yes' },
    code: 'INVALID_OPTION',
    message: "'isr' must be true, false or an object, got 'yes' (at the adapter of astro.config)",
  },
  {
    options: { isr: { expire: 60 } },
    code: 'INVALID_OPTION',
    message:
      "'isr.expire' must be an option that is known; use expiration, bypassToken, allowQuery, warm, middleware, exclude (at the adapter of astro.config)",
  },
  {
    options: { expiration: 60, bypassToken: TOKEN },
    code: 'INVALID_OPTION',
    message: ['expiration', 'bypassToken']
      .map(
        (name) =>
          `'${name}' must be an option that is known; use isr, devImageService, edgeMiddleware, excludeFiles, imageService, ` +
          'imagesConfig, includeFiles, maxDuration, middlewareMode, skewProtection, staticHeaders, webAnalytics',
      )
      .join('; ')
      .concat(' (at the adapter of astro.config)'),
  },
  {
    options: { isr: { expiration: '1 day' } },
    code: 'INVALID_OPTION',
    message:
      "'isr.expiration' must be a whole number of seconds above 0, or false, got '1 day'; " +
      'false keeps a page until it is revalidated (at the adapter of astro.config)',
  },
  {
    options: { isr: { middleware: { entrypoint: '', paths: ['/members/[...path]'] } } },
    code: 'INVALID_OPTION',
    message:
      "'isr.middleware.entrypoint' must be a string that is not empty, got ''; " +
      "'isr.middleware.paths[0]' must be a folder of pages in plain letters, digits, hyphens and dots, got '/members/[...path]'; " +
      "write '/members' for that page and all below it (at the adapter of astro.config)",
  },
  {
    options: { isr: { middleware: { entrypoint: './gate.ts', paths: [] } } },
    code: 'INVALID_OPTION',
    message:
      "'isr.middleware.paths' must be a list of at least one folder, got []; write it as ['/members'] (at the adapter of astro.config)",
  },
  {
    options: { isr: { exclude: '/ssr' } },
    code: 'INVALID_OPTION',
    message:
      "'isr.exclude' must be a list, got '/ssr'; write it as ['/api/revalidate', /^\\/admin/] (at the adapter of astro.config)",
  },
  {
    options: { isr: { exclude: ['/a', 'ssr'] } },
    code: 'INVALID_OPTION',
    message:
      "'isr.exclude[1]' must be a path that begins with '/', or a regular expression, got 'ssr' (at the adapter of astro.config)",
  },
  {
    options: { isr: { allowQuery: 'page' } },
    code: 'INVALID_OPTION',
    message:
      "'isr.allowQuery' must be a list of parameter names, got 'page'; write it as ['page', 'sort'] (at the adapter of astro.config)",
  },
  {
    options: { isr: { bypassToken: 'too-short' } },
    code: 'INVALID_TOKEN',
    message:
      "'isr.bypassToken' must be a secret of at least 32 characters, not of 9; make one with `openssl rand -hex 24` (at the adapter of astro.config)",
  },
  {
    options: { isr: { bypassToken: [TOKEN, `${TOKEN}2`, `${TOKEN}3`] } },
    code: 'INVALID_TOKEN',
    message:
      "'isr.bypassToken' must be one token, or two while one is replaced by the other, not 3; " +
      'remove those that nobody sends any more (at the adapter of astro.config)',
  },
  {
    options: { isr: { bypassToken: `${TOKEN} ☃` } },
    code: 'INVALID_TOKEN',
    message:
      "'isr.bypassToken' must be visible ASCII, since it travels in a header; make one with `openssl rand -hex 24` (at the adapter of astro.config)",
  },
  {
    options: { isr: { bypassToken: [TOKEN, 12345] } },
    code: 'INVALID_TOKEN',
    message:
      "'isr.bypassToken[1]' must be a string, not a number; make one with `openssl rand -hex 24` (at the adapter of astro.config)",
  },
  {
    options: [],
    code: 'INVALID_OPTION',
    message: 'the options must be an object, got [] (at the adapter of astro.config)',
  },
  {
    options: { isr: { expiration: 0, bypassToken: '' } },
    code: 'INVALID_OPTION',
    message:
      "'isr.expiration' must be a whole number of seconds above 0, or false, got 0; false keeps a page until it is revalidated; " +
      "'isr.bypassToken' must be a secret of at least 32 characters, not of 0; make one with `openssl rand -hex 24` (at the adapter of astro.config)",
  },
])('the options $options', ({ options, code, message }) => {
  test('are refused with the value, the place and the remedy', () => {
    const fault = faultOf(options);
    expect(fault.code).toBe(code);
    expect(fault.message).toBe(message);
  });
});

test.each([
  [
    { edgeMiddleware: true },
    "'edgeMiddleware' must be false or nothing, got true; middleware runs when a page is rendered",
  ],
  [{ middlewareMode: 'edge' }, "'middlewareMode' must be 'classic' or nothing, got 'edge'; middleware runs when"],
  [{ maxDuration: 300 }, "'maxDuration' must be at most 120 seconds, got 300; CloudFront waits no longer"],
  [{ maxDuration: '10' }, "'maxDuration' must be an integer between 1 and 120, got '10'"],
  [{ skewProtection: true }, "'skewProtection' must be false or nothing, got true; an old page finds its hashed files"],
  [{ staticHeaders: false }, "'staticHeaders' must be true or nothing, got false; prerendered pages always keep"],
  [{ webAnalytics: { enabled: true } }, '\'webAnalytics\' must be { enabled: false } or nothing, got {"enabled":true}'],
])('the option %j of @astrojs/vercel is refused with what to do instead', (options, message) => {
  const fault = faultOf(options);
  expect(fault.code).toBe('INVALID_OPTION');
  expect(fault.message).toContain(message);
});

test.each([
  { bypassToken: 'too-short' },
  { bypassToken: `${TOKEN} ☃` },
  { bypassToken: [TOKEN, 'too-short'] },
  { bypassToken: [TOKEN, TOKEN, TOKEN] },
  { bypassToken: { secret: TOKEN } },
  { token: TOKEN },
])('no error quotes a token: %j', (isr) => {
  const { message, faults } = faultOf({ isr });
  for (const secret of [TOKEN, 'too-short']) expect(JSON.stringify([message, faults])).not.toContain(secret);
});

test.each([
  { options: {}, storesPages: false },
  { options: { isr: undefined }, storesPages: false },
  { options: { isr: false }, storesPages: false },
  { options: { isr: true }, storesPages: true },
  { options: { isr: {} }, storesPages: true },
] as const)('$options stores pages: $storesPages, as in @astrojs/vercel', ({ options, storesPages }) => {
  expect(resolveOptions(options).storesPages).toBe(storesPages);
});

test('a token from an environment variable that is not set is no error, but is told', () => {
  expect(resolveOptions({ isr: { bypassToken: undefined } }).warnings).toEqual([
    'isr.bypassToken is undefined, so nobody can revalidate: is the environment variable that it comes from set?',
  ]);
  expect(resolveOptions({ isr: {} }).warnings).toEqual([]);
});

describe('images', () => {
  const withConfig = (imagesConfig: unknown) => ({ imageService: true, imagesConfig });

  test.each([
    [{ formats: ['image/avif', 'image/webp'] }, "'imagesConfig.formats' must be ['image/webp'] or nothing"],
    [{ qualities: [75] }, "'imagesConfig.qualities' must be a setting that means the same here"],
    [{ sizes: [0] }, "'imagesConfig.sizes[0]' must be an integer between 1 and 8192, got 0"],
    [{ dangerouslyAllowSVG: false }, "'imagesConfig.dangerouslyAllowSVG' must be true or nothing"],
    [
      { remotePatterns: [{ hostname: '^via\\.placeholder\\.com$' }] },
      "'imagesConfig.remotePatterns[0].hostname' must be a pattern in Astro's syntax",
    ],
  ])('imagesConfig %j is refused: it means something else here', (imagesConfig, message) => {
    const fault = faultOf(withConfig(imagesConfig));
    expect(fault.code).toBe('INVALID_OPTION');
    expect(fault.message).toContain(message);
  });

  test('imagesConfig without imageService has no effect, as on Vercel, and says so', () => {
    expect(resolveOptions({ imagesConfig: { sizes: [640] } }).images.widths).toEqual([]);
    expect(resolveOptions({ imagesConfig: { sizes: [640] } }).warnings).toEqual([
      "'imagesConfig' has no effect without imageService: true, as on Vercel; set 'image' in the Astro config",
    ]);
  });

  /** What the adapter adds to the configuration. */
  function configured(command: 'dev' | 'build', options: AdapterOptions): unknown {
    const updates: object[] = [];
    const setup = isr(options).hooks['astro:config:setup'] as (context: object) => void;
    const nothing = () => {};
    setup({
      command,
      // Of a project that has Astro: the adapter looks at its version.
      config: { root: new URL('../../', import.meta.url), session: false },
      updateConfig: (update: object) => updates.push(update),
      addMiddleware: nothing,
      logger: { warn: nothing },
    });
    return updates.map((update) => ('image' in update ? update.image : undefined)).find((image) => image !== undefined);
  }

  test("imageService makes images by Astro's own service, with the hosts of imagesConfig", () => {
    const imagesConfig = { sizes: [640, 1080], domains: ['a.example'], remotePatterns: [{ hostname: '*.b.example' }] };
    const options = { imageService: true, devImageService: './mine.ts', imagesConfig };
    const hosts = { domains: ['a.example'], remotePatterns: [{ hostname: '*.b.example' }] };
    const sharp = 'astro/assets/services/sharp';
    expect(configured('build', options)).toMatchObject({
      service: { entrypoint: sharp },
      ...hosts,
      breakpoints: [640, 1080],
    });
    expect(configured('dev', options)).toMatchObject({ service: { entrypoint: './mine.ts' } });
    expect(configured('dev', { imageService: true })).toMatchObject({ service: { entrypoint: sharp } });
  });

  test('without imageService, the service of the Astro config stays', () => {
    expect(configured('build', {})).toBeUndefined();
    expect(configured('dev', { devImageService: './mine.ts' })).toBeUndefined();
  });
});
