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
  { options: { isr: {} } },
  { options: { isr: { expiration: false, bypassToken: TOKEN, exclude: ['/a', /b/], allowQuery: ['page'] } } },
  { options: { isr: { bypassToken: [TOKEN, `${TOKEN}2`] } } },
  { options: { isr: true, webAnalytics: { enabled: true }, maxDuration: 5, skewProtection: true } },
] as { options: AdapterOptions | undefined }[])('accepts $options', ({ options }) => {
  expect(() => isr(options)).not.toThrow();
});

describe.each([
  {
    options: { isr: false },
    code: 'INVALID_OPTION',
    message:
      "'isr' must be true or an object, got false (at the adapter of astro.config); this adapter stores pages: " +
      'list routes that must be rendered for each request in isr.exclude, all of them with exclude: [/.*/]',
  },
  {
    options: { isr: { expire: 60 } },
    code: 'INVALID_OPTION',
    message:
      "unknown option 'expire' (at isr of the adapter of astro.config); the known ones are expiration, bypassToken, exclude, allowQuery",
  },
  {
    options: { expiration: 60, bypassToken: TOKEN },
    code: 'INVALID_OPTION',
    message:
      "unknown option 'expiration', 'bypassToken' (at the adapter of astro.config); the known ones are isr, devImageService, " +
      'edgeMiddleware, excludeFiles, imageService, imagesConfig, includeFiles, maxDuration, middlewareMode, skewProtection, staticHeaders, webAnalytics',
  },
  {
    options: { isr: { expiration: '1 day' } },
    code: 'INVALID_OPTION',
    message:
      "'expiration' must be a whole number of seconds above 0, or false, got '1 day' (at isr of the adapter of astro.config); " +
      'false keeps a page until it is revalidated',
  },
  {
    options: { isr: { exclude: '/ssr' } },
    code: 'INVALID_OPTION',
    message:
      "'exclude' must be a list, got '/ssr' (at isr of the adapter of astro.config); write it as ['/api/revalidate', /^\\/admin/]",
  },
  {
    options: { isr: { exclude: ['ssr'] } },
    code: 'INVALID_OPTION',
    message:
      "'exclude' must list paths that begin with '/', or regular expressions, got 'ssr' (at isr of the adapter of astro.config)",
  },
  {
    options: { isr: { allowQuery: 'page' } },
    code: 'INVALID_OPTION',
    message:
      "'allowQuery' must be a list of parameter names, got 'page' (at isr of the adapter of astro.config); write it as ['page', 'sort']",
  },
  {
    options: { isr: { bypassToken: 'too-short' } },
    code: 'INVALID_TOKEN',
    message:
      "'bypassToken' must have at least 32 characters, got 9 (at isr of the adapter of astro.config); make one with `openssl rand -hex 24`",
  },
  {
    options: { isr: { bypassToken: [TOKEN, `${TOKEN}2`, `${TOKEN}3`] } },
    code: 'INVALID_TOKEN',
    message:
      "'bypassToken' may list two tokens while one is replaced by the other, got 3 (at isr of the adapter of astro.config); " +
      'remove those that nobody sends any more',
  },
  {
    options: { isr: { bypassToken: `${TOKEN} ☃` } },
    code: 'INVALID_TOKEN',
    message:
      "'bypassToken' must be visible ASCII, since it travels in a header (at isr of the adapter of astro.config); make one with `openssl rand -hex 24`",
  },
  {
    options: { isr: { bypassToken: 12345 } },
    code: 'INVALID_TOKEN',
    message:
      "'bypassToken' must be a string, got number (at isr of the adapter of astro.config); make one with `openssl rand -hex 24`",
  },
  {
    options: [],
    code: 'INVALID_OPTION',
    message: 'the options must be an object, got [] (at the adapter of astro.config)',
  },
])('the options $options', ({ options, code, message }) => {
  test('are refused with the value, the place and the remedy', () => {
    const fault = faultOf(options);
    expect(fault.code).toBe(code);
    expect(fault.message).toBe(message);
  });
});

test.each(['too-short', `${TOKEN} ☃`])('no message quotes a token: %s', (token) => {
  expect(faultOf({ isr: { bypassToken: token } }).message).not.toContain(token);
});

test('a token from an environment variable that is not set is no error, but is told', () => {
  expect(resolveOptions({ isr: { bypassToken: undefined } }).warnings).toEqual([
    'isr.bypassToken is undefined, so nobody can revalidate: is the environment variable that it comes from set?',
  ]);
  expect(resolveOptions({ isr: {} }).warnings).toEqual([]);
});
