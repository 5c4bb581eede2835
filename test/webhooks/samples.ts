import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { WebhookSettings } from '../../lib/webhooks/settings/read-webhooks.ts';
import type { WebhookRequest } from '../../lib/webhooks/vendor.ts';
import type { VendorName } from '../../lib/webhooks/vendors.ts';

export const NOW = Date.parse('2026-03-01T12:00:00Z');
export const SECRET = 'a secret that is long enough to be one';

type Headers = Readonly<Record<string, string>>;

/** One delivery of a vendor, as its documentation says. */
export interface Sample {
  readonly vendor: VendorName;
  /** Below `fixtures/<vendor>/`. */
  readonly fixture: string;
  readonly headers: (body: Buffer, secret: string, at: number) => Headers;
  readonly settings?: WebhookSettings;
  /** Not all can be chosen: Prismic's is in the fixture. */
  readonly secret?: string;
  /** Whether the time is signed. */
  readonly isTimed: boolean;
  /** Whether a second one is known for a replay. */
  readonly isRemembered: boolean;
}

const mac = (
  algorithm: string,
  encoding: 'hex' | 'base64' | 'base64url',
  secret: string,
  ...parts: (string | Buffer)[]
) => parts.reduce((hmac, part) => hmac.update(part), createHmac(algorithm, secret)).digest(encoding);

function contentfulHeaders(body: Buffer, secret: string, at: number): Headers {
  const names = 'content-type,x-contentful-signed-headers,x-contentful-timestamp,x-contentful-topic';
  const topic = 'ContentManagement.Entry.publish';
  const head = [
    'content-type:application/vnd.contentful.management.v1+json',
    `x-contentful-signed-headers:${names}`,
    `x-contentful-timestamp:${at}`,
    `x-contentful-topic:${topic}`,
  ].join(';');
  return {
    'content-type': 'application/vnd.contentful.management.v1+json',
    'x-contentful-topic': topic,
    'x-contentful-timestamp': String(at),
    'x-contentful-signed-headers': names,
    'x-contentful-signature': mac('sha256', 'hex', secret, `POST\n/webhooks/contentful\n${head}\n`, body),
  };
}

function hygraphHeaders(body: Buffer, secret: string, at: number): Headers {
  const signed = `{"Body":${JSON.stringify(body.toString())},"EnvironmentName":"master","TimeStamp":${at}}`;
  return { 'gcms-signature': `sign=${mac('sha256', 'base64', secret, signed)}, env=master, t=${at}` };
}

const bearer = (_body: Buffer, secret: string): Headers => ({ authorization: `Bearer ${secret}` });

export const SAMPLES: readonly Sample[] = [
  {
    vendor: 'contentful',
    fixture: 'entry-publish.json',
    headers: contentfulHeaders,
    isTimed: true,
    isRemembered: true,
  },
  {
    vendor: 'sanity',
    fixture: 'document-update.json',
    headers: (body, secret, at) => ({
      'sanity-operation': 'update',
      'sanity-webhook-signature': `t=${at},v1=${mac('sha256', 'base64url', secret, `${at}.`, body)}`,
    }),
    isTimed: true,
    isRemembered: true,
  },
  {
    vendor: 'storyblok',
    fixture: 'story-published.json',
    headers: (body, secret) => ({ 'webhook-signature': mac('sha1', 'hex', secret, body) }),
    isTimed: false,
    isRemembered: false,
  },
  {
    vendor: 'strapi',
    fixture: 'entry-update.json',
    headers: (body, secret) => ({ ...bearer(body, secret), 'x-strapi-event': 'entry.update' }),
    isTimed: false,
    isRemembered: true,
  },
  {
    vendor: 'wordpress',
    fixture: 'plugin-update.json',
    headers: (body, secret) => ({ 'x-wp-webhook-signature': mac('sha256', 'base64', secret, body) }),
    isTimed: false,
    isRemembered: true,
  },
  {
    vendor: 'wordpress',
    fixture: 'woocommerce-product-updated.json',
    headers: (body, secret) => ({
      'x-wc-webhook-topic': 'product.updated',
      'x-wc-webhook-resource': 'product',
      'x-wc-webhook-event': 'updated',
      'x-wc-webhook-delivery-id': '4d1ec8b1d0ac9a3a3e2ad7c9d6d26d5f',
      'x-wc-webhook-signature': mac('sha256', 'base64', secret, body),
    }),
    isTimed: false,
    isRemembered: true,
  },
  {
    vendor: 'ghost',
    fixture: 'post-published.json',
    headers: (body, secret, at) => ({
      'x-ghost-signature': `sha256=${mac('sha256', 'hex', secret, body, String(at))}, t=${at}`,
    }),
    isTimed: true,
    isRemembered: true,
  },
  {
    vendor: 'shopify',
    fixture: 'products-update.json',
    headers: (body, secret) => ({
      'x-shopify-topic': 'products/update',
      'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
      'x-shopify-hmac-sha256': mac('sha256', 'base64', secret, body),
    }),
    isTimed: false,
    isRemembered: true,
  },
  { vendor: 'datocms', fixture: 'item-publish.json', headers: bearer, isTimed: false, isRemembered: true },
  {
    vendor: 'datocms',
    fixture: 'cache-tags-invalidate.json',
    headers: (_body, secret) => ({ authorization: `Basic ${Buffer.from(`dato:${secret}`).toString('base64')}` }),
    settings: { user: 'dato' },
    isTimed: false,
    isRemembered: false,
  },
  { vendor: 'hygraph', fixture: 'publish.json', headers: hygraphHeaders, isTimed: true, isRemembered: true },
  {
    vendor: 'prismic',
    fixture: 'api-update.json',
    headers: () => ({}),
    secret: 'prismic secret',
    isTimed: false,
    isRemembered: true,
  },
  {
    vendor: 'directus',
    fixture: 'items-create.json',
    headers: (_body, secret) => ({ 'x-token': secret }),
    settings: { header: 'X-Token' },
    isTimed: false,
    isRemembered: false,
  },
  {
    vendor: 'github',
    fixture: 'push.json',
    headers: (body, secret) => ({
      'x-github-event': 'push',
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'x-hub-signature-256': `sha256=${mac('sha256', 'hex', secret, body)}`,
    }),
    isTimed: false,
    isRemembered: true,
  },
  {
    vendor: 'generic',
    fixture: 'post-published.json',
    headers: (body, secret) => ({ 'x-signature': mac('sha256', 'hex', secret, body) }),
    isTimed: false,
    isRemembered: false,
  },
  {
    vendor: 'generic',
    fixture: 'post-published.json',
    headers: (body, secret, at) => ({
      'x-time': new Date(at).toISOString(),
      'x-sig': `v1=${mac('sha256', 'base64', secret, `${new Date(at).toISOString()}:`, body)}`,
    }),
    settings: {
      header: 'X-Sig',
      prefix: 'v1=',
      encoding: 'base64',
      timestampHeader: 'X-Time',
      signedContent: '{timestamp}:{body}',
    },
    isTimed: true,
    isRemembered: true,
  },
  {
    vendor: 'generic',
    fixture: 'post-published.json',
    headers: (body, secret) => ({ ...bearer(body, secret), 'x-delivery': '1' }),
    settings: { scheme: 'token', deliveryHeader: 'X-Delivery' },
    isTimed: false,
    isRemembered: true,
  },
];

/** For the title of a test. */
export const titleOf = ({ vendor, fixture, settings }: Sample): string =>
  `${vendor}/${fixture}${settings === undefined ? '' : ` with ${Object.keys(settings).join(', ')}`}`;

export function readFixture(vendor: string, name: string): Buffer {
  return readFileSync(new URL(`./fixtures/${vendor}/${name}`, import.meta.url));
}

export function requestOf(
  sample: Sample,
  options: { readonly at?: number; readonly secret?: string } = {},
): WebhookRequest {
  const body = readFixture(sample.vendor, sample.fixture);
  const headers = sample.headers(body, options.secret ?? sample.secret ?? SECRET, options.at ?? NOW);
  return { path: `/webhooks/${sample.vendor}`, query: '', headers, body };
}
