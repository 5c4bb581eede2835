import { escape as escapeQuery } from 'node:querystring';
import { ownValue } from '../../basics/own-value.ts';
import { DEFAULT_EVENTS, DEFAULT_TAGS } from '../default-rules.ts';
import { byLocale, objectAt, textAt } from '../payload.ts';
import { hmac, refused, verdictOn, verdictOnTime } from '../signatures.ts';
import type { Fields, Vendor, VendorSettings, WebhookRequest } from '../vendor.ts';

// A saved draft is on no page. Archiving needs no event of its own: an entry is unpublished first.
const EVENTS: Readonly<Record<string, string>> = { create: 'draft', save: 'draft', auto_save: 'draft' };

export const contentfulSettings: VendorSettings = {
  options: ['toleranceSeconds', 'slugField'],
  // New content "propagates within seconds", more slowly after many publications, and webhooks do not wait for it:
  // https://www.contentful.com/faq/webhooks/
  settleSeconds: 20,
  defaultRules: [{ when: { event: DEFAULT_EVENTS }, tags: DEFAULT_TAGS }],
};

/**
 * Signature: https://www.contentful.com/developers/docs/extensibility/webhooks/request-verification/, as in
 * https://github.com/contentful/node-apps-toolkit/blob/main/src/requests/sign-request.ts. Topics:
 * https://www.contentful.com/developers/docs/extensibility/webhooks/headers/
 */
export const contentful: Vendor = {
  verify(request, secret, now, { toleranceSeconds }) {
    const given = request.headers['x-contentful-signature'];
    const signedHeaders = request.headers['x-contentful-signed-headers'];
    const timestamp = request.headers['x-contentful-timestamp'];
    if (given === undefined || signedHeaders === undefined || timestamp === undefined) {
      return refused('x-contentful-signature, -signed-headers or -timestamp is missing');
    }
    const names = signedHeaders.split(',').map((name) => name.trim().toLowerCase());
    // Otherwise somebody could change the time without breaking the signature.
    if (!names.includes('x-contentful-timestamp')) return refused('x-contentful-timestamp is not signed');
    const verdict = verdictOn(given, hmac('sha256', secret, 'hex', canonicalHead(request, names), request.body));
    return verdict.isGenuine ? verdictOnTime(Number(timestamp), now, toleranceSeconds) : verdict;
  },
  changesIn(request, payload, { slugField = 'slug' }) {
    const [, entity = '', action = ''] = (request.headers['x-contentful-topic'] ?? '').split('.');
    if (entity !== 'Entry' && entity !== 'Asset') return [];
    const change: Fields = {
      event: ownValue(EVENTS, action) ?? action,
      type: entity === 'Asset' ? 'asset' : textAt(payload, 'sys.contentType.sys.id'),
      id: textAt(payload, 'sys.id'),
    };
    // Unpublished and deleted entries have no fields.
    const slugs = byLocale(objectAt(payload, 'fields')?.[slugField]);
    return slugs.length === 0 ? [change] : slugs.map(({ locale, value }) => ({ ...change, locale, slug: value }));
  },
  deliveryOf: (request) => request.headers['x-contentful-signature'],
};

function canonicalHead({ path, query, headers }: WebhookRequest, names: readonly string[]): string {
  const signed = names.toSorted().flatMap((name) => {
    const value = ownValue(headers, name);
    return value === undefined ? [] : [`${name}:${value.trim()}`];
  });
  // Contentful encodes the query twice: once by itself, and once as part of the path.
  const uri = encodeURI(query === '' ? path : `${path}?${escapeQuery(query)}`);
  return `POST\n${uri}\n${signed.join(';')}\n`;
}
