import { describe, expect, test } from 'vitest';
import { parseWebhooks, secretVariablesOf } from '../../lib/webhooks/configuration.ts';
import { VENDORS } from '../../lib/webhooks/vendors.ts';

test('the vendor is the name, unless it is given', () => {
  const { webhooks, faults } = parseWebhooks({ ghost: {}, 'blog-2': { vendor: 'sanity' } });
  expect(faults).toEqual([]);
  expect([webhooks.get('ghost')?.vendor, webhooks.get('blog-2')?.vendor]).toEqual([VENDORS.ghost, VENDORS.sanity]);
});

test('the defaults of every vendor are valid rules', () => {
  expect(parseWebhooks(Object.fromEntries(Object.keys(VENDORS).map((name) => [name, {}]))).faults).toEqual([]);
});

test('no two webhooks share a variable', () => {
  expect(secretVariablesOf('shop-eu')).toEqual(['ISR_WEBHOOK_SECRET_SHOP_EU', 'ISR_WEBHOOK_SECRET_2_SHOP_EU']);
  const names = ['a', 'a-2', 'a2', 'a-b', 'ab'];
  expect(new Set(names.flatMap(secretVariablesOf)).size).toBe(2 * names.length);
});

describe('settings that are not valid', () => {
  test.each<[object, string]>([
    [
      { ghost: { toleranceSeconds: 0 } },
      "'webhooks.ghost'.toleranceSeconds must be an integer between 1 and 43200, got 0",
    ],
    [{ ghost: { toleranceSeconds: 86_400 } }, 'must be an integer between 1 and 43200, got 86400'],
    [{ ghost: { signsTimestamp: 'no' } }, 'signsTimestamp must be true or false, got "no"'],
    [{ strapi: { header: 'X Token' } }, 'header must be the name of a request header, got "X Token"'],
    [{ strapi: { prefix: 'Bearer\n' } }, 'prefix must be visible ASCII'],
    [{ sanity: { slugField: 'a..b' } }, 'slugField must be a path into the payload such as \'seo.slug\', got "a..b"'],
    [{ datocms: { user: 'a:b' } }, 'user must be a user name without a colon, got "a:b"'],
    [{ datocms: { user: 'a', header: 'X' } }, "'webhooks.datocms' has 'user', so 'header' and 'prefix' mean nothing"],
    [{ generic: { scheme: 'md5' } }, 'scheme must be one of hmac-sha256, token, got "md5"'],
    [{ generic: { scheme: 'token', encoding: 'hex' } }, "has 'encoding', which the scheme 'token' does not use"],
    [{ generic: { signedContent: 'x' } }, "has a 'signedContent' without {body}: anything could be sent"],
    [
      { generic: { signedContent: '{body}', timestampHeader: 'X-Time' } },
      "has a 'signedContent' without {timestamp}: the time could be changed by anyone",
    ],
    [{ generic: { signedContent: '{body}{x}' } }, 'signedContent must be text with {body} and {timestamp}'],
    [{ generic: { fields: { kind: 'a' } } }, 'fields must name paths into the payload for some of event, type'],
    [{ github: { secrets: [] } }, "'webhooks.github'.secrets is no option of github"],
    [{ github: null }, "'webhooks.github' must be an object, got null"],
  ])('%j', (settings, message) => {
    expect(parseWebhooks(settings).faults.join('; ')).toContain(message);
  });
});
