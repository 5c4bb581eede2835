import { describe, expect, test } from 'vitest';
import { IsrError } from '../../lib/basics/errors.ts';
import { Faults } from '../../lib/basics/faults.ts';
import { secretVariablesOf } from '../../lib/webhooks/compiled.ts';
import { readWebhooks } from '../../lib/webhooks/settings/read-webhooks.ts';
import { VENDOR_NAMES } from '../../lib/webhooks/vendors.ts';

function read(settings: unknown) {
  const faults = new Faults('the props');
  return faults.accept(readWebhooks(faults.in(undefined).at('webhooks', settings)), 'INVALID_OPTION');
}

function errorOf(settings: unknown): IsrError {
  try {
    read(settings);
  } catch (error) {
    if (error instanceof IsrError) return error;
    throw error;
  }
  throw new Error('the settings were accepted');
}

test('the vendor is the name, unless it is given', () => {
  const webhooks = read({ ghost: {}, 'blog-2': { vendor: 'sanity' } });
  expect([webhooks.ghost?.vendor, webhooks['blog-2']?.vendor]).toEqual(['ghost', 'sanity']);
});

test('the defaults of every vendor are valid rules', () => {
  const webhooks = read(Object.fromEntries(VENDOR_NAMES.map((name) => [name, {}])));
  expect(Object.keys(webhooks)).toEqual(VENDOR_NAMES);
});

test('no two webhooks share a variable', () => {
  expect(secretVariablesOf('shop-eu')).toEqual(['ISR_WEBHOOK_SECRET_SHOP_EU', 'ISR_WEBHOOK_SECRET_2_SHOP_EU']);
  const names = ['a', 'a-2', 'a2', 'a-b', 'ab'];
  expect(new Set(names.flatMap(secretVariablesOf)).size).toBe(2 * names.length);
});

test('a webhook settles for as long as its vendor says, unless it is given', () => {
  const webhooks = read({
    sanity: {},
    hygraph: {},
    contentful: {},
    github: {},
    fast: { vendor: 'sanity', settleSeconds: 0 },
  });
  expect(Object.values(webhooks).map(({ settleSeconds }) => settleSeconds)).toEqual([60, 30, 20, 0, 0]);
});

describe('settings that are not valid', () => {
  test.each<[object, string]>([
    [
      { ghost: { toleranceSeconds: 0 } },
      "'webhooks.ghost.toleranceSeconds' must be an integer between 1 and 43200, got 0",
    ],
    [{ ghost: { toleranceSeconds: 86_400 } }, 'must be an integer between 1 and 43200, got 86400'],
    [{ ghost: { signsTimestamp: 'no' } }, "signsTimestamp' must be true or false, got 'no'"],
    [{ strapi: { header: 'X Token' } }, "header' must be the name of a request header, got 'X Token'"],
    [{ strapi: { prefix: 'Bearer\n' } }, "prefix' must be visible ASCII, got 'Bearer\\u000a'"],
    [{ sanity: { slugField: 'a..b' } }, "slugField' must be a path into the payload such as 'seo.slug', got 'a..b'"],
    [{ datocms: { user: 'a:b' } }, "user' must be a user name without a colon, got 'a:b'"],
    [
      { datocms: { user: 'a', header: 'X' } },
      "'webhooks.datocms.user' must be given without 'header' and 'prefix', which mean nothing with it, got 'a'",
    ],
    [{ generic: { scheme: 'md5' } }, "scheme' must be one of hmac-sha256, token, got 'md5'"],
    [
      { generic: { scheme: 'token', encoding: 'hex' } },
      "encoding' must be left out with the scheme 'token', which does not use it, got 'hex'",
    ],
    [
      { generic: { signedContent: 'x' } },
      "signedContent' must be text with {body}, got 'x'; without it, anything could be sent",
    ],
    [
      { generic: { signedContent: '{body}', timestampHeader: 'X-Time' } },
      "signedContent' must be text with {timestamp}, got '{body}'; without it, anyone could change the time",
    ],
    [{ generic: { signedContent: '{body}{x}' } }, "signedContent' must be text with {body} and {timestamp}"],
    [{ generic: { fields: { kind: 'a' } } }, "fields.kind' must be a field of a change; use event, type"],
    [
      { generic: { fields: { id: 'a..b' } } },
      "'webhooks.generic.fields.id' must be a path into the payload such as 'seo.slug', got 'a..b'",
    ],
    [{ github: { secrets: [] } }, "'webhooks.github.secrets' must be an option of github"],
    [
      { github: { settleSeconds: 901 } },
      "'webhooks.github.settleSeconds' must be an integer between 0 and 900, got 901",
    ],
    [{ github: null }, "'webhooks.github' must be an object, got null"],
    [[], "'webhooks' must be an object of webhooks by name, got []"],
    [{ constructor: {} }, "'webhooks.constructor.vendor' must be one of contentful, sanity"],
  ])('%j', (settings, message) => {
    expect(errorOf(settings).message).toContain(message);
  });

  test('are all told at once', () => {
    const { faults } = errorOf({ ghost: { toleranceSeconds: 0, signsTimestamp: 'no' }, strapi: { rules: [] }, x: {} });
    expect(faults.map(({ place }) => place.slice(1).join('.'))).toEqual([
      'ghost.toleranceSeconds',
      'ghost.signsTimestamp',
      'strapi.rules',
      'x.vendor',
    ]);
  });
});
