import { describe, expect, test } from 'vitest';
import type { VendorOptions, WebhookRequest } from '../../lib/webhooks/vendor.ts';
import { VENDORS, type VendorName } from '../../lib/webhooks/vendors.ts';
import { readFixture } from './samples.ts';

interface Vector {
  readonly vendor: VendorName;
  readonly source: string;
  readonly secret: string;
  readonly request: WebhookRequest;
  readonly now?: number;
  readonly options?: VendorOptions;
}

const VECTORS: readonly Vector[] = [
  {
    vendor: 'github',
    source:
      'https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation',
    secret: "It's a Secret to Everybody",
    request: requestOf('Hello, World!', {
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    }),
  },
  {
    vendor: 'sanity',
    source: 'https://github.com/sanity-io/webhook-toolkit/blob/main/test/signature.test.ts (isValidSignature)',
    secret: 'test',
    now: 1633519811129,
    request: requestOf('{"_id":"resume"}', {
      'sanity-webhook-signature': 't=1633519811129,v1=tLa470fx7qkLLEcMOcEUFuBbRSkGujyskxrNXcoh0N0',
    }),
  },
  {
    vendor: 'sanity',
    source: 'https://github.com/sanity-io/webhook-toolkit/blob/main/test/signature.test.ts (encodeSignatureHeader)',
    secret: 'try-me',
    now: 1633518820676,
    request: requestOf('{"title":"GROQ-Hooks are neat"}', {
      'sanity-webhook-signature': 't=1633518820676, v1=e7C9h2sfbFfc4V7TEz7PSOp4IoNzl0UdVsBV-1wgdeA',
    }),
  },
  {
    vendor: 'contentful',
    source: 'made with signRequest of @contentful/node-apps-toolkit 3.16.1',
    secret: 'f'.repeat(64),
    now: 1715678497356,
    request: {
      ...requestOf(readFixture('contentful', 'entry-publish.json'), {
        'content-type': 'application/vnd.contentful.management.v1+json',
        'x-contentful-topic': 'ContentManagement.Entry.publish',
        'x-contentful-crn':
          'crn:contentful:::content:spaces/cfexampleapi/environments/master/entries/5KsDBWseXY6QegucYAoacS',
        'x-contentful-timestamp': '1715678497356',
        'x-contentful-signed-headers':
          'content-type,x-contentful-crn,x-contentful-signed-headers,x-contentful-timestamp,x-contentful-topic',
        'x-contentful-signature': '669722160024afaac7d3d802fe77fc56581a3adf4d0c60fe2026cf5c84b6491f',
      }),
      path: '/webhooks/contentful',
    },
  },
  {
    vendor: 'contentful',
    source: 'made with signRequest of @contentful/node-apps-toolkit 3.16.1, of a URL with a query',
    secret: 'f'.repeat(64),
    now: 1715678497356,
    request: {
      ...requestOf('{}', {
        'x-contentful-timestamp': '1715678497356',
        'x-contentful-signed-headers': 'x-contentful-signed-headers,x-contentful-timestamp',
        'x-contentful-signature': '36805bd55529c474e09b83edc5732515a88e64517dc02bde0f1e008a04a46089',
      }),
      path: '/webhooks/contentful',
      query: 'a=b c&d=%C3%A9',
    },
  },
  {
    vendor: 'hygraph',
    source: 'made with generateWebhookSignature of @hygraph/utils 1.2.1',
    secret: 'rCNwyiloY3oJYYkxgpBXaleIiUv5MYlx',
    now: 1638210117652,
    request: requestOf(readFixture('hygraph', 'publish.json'), {
      'gcms-signature': 'sign=yLW4WdThcYuk/3Hr7MYHNGaLEOe487SyigSxVRc/w0s=, env=master, t=1638210117652',
    }),
  },
];

describe('test vectors of the vendors', () => {
  test.each(VECTORS)('$vendor: $source', ({ vendor, secret, request, now = 0, options = {} }) => {
    expect(VENDORS[vendor].verify(request, secret, now, options)).toEqual({ isGenuine: true });
  });

  test.each(VECTORS)('$vendor, one character more: $source', ({ vendor, secret, request, now = 0, options = {} }) => {
    const longer = { ...request, body: Buffer.concat([request.body, Buffer.from(' ')]) };
    expect(VENDORS[vendor].verify(longer, secret, now, options).isGenuine).toBe(false);
  });
});

test('a Ghost before July 2024, which signs the body alone, has to be allowed', () => {
  const body = Buffer.from('{}');
  // echo -n '{}' | openssl dgst -sha256 -hmac secret
  const sha256 = '77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13';
  const request = requestOf(body, { 'x-ghost-signature': `sha256=${sha256}, t=1000` });
  expect(VENDORS.ghost.verify(request, 'secret', 1000, {}).isGenuine).toBe(false);
  expect(VENDORS.ghost.verify(request, 'secret', 1000, { signsTimestamp: false })).toEqual({ isGenuine: true });
});

function requestOf(body: string | Buffer, headers: Readonly<Record<string, string>>): WebhookRequest {
  return { path: '/', query: '', headers, body: Buffer.from(body) };
}
