import { createHash } from 'node:crypto';
import { DEFAULT_EVENTS, DEFAULT_TAGS } from '../default-rules.ts';
import { objectAt, textAt } from '../payload.ts';
import { verdictOnToken } from '../signatures.ts';
import type { Vendor, VendorSettings } from '../vendor.ts';

export const strapiSettings: VendorSettings = {
  options: ['header', 'prefix', 'slugField'],
  defaultRules: [{ when: { event: DEFAULT_EVENTS }, tags: DEFAULT_TAGS }],
};

/**
 * https://docs.strapi.io/cms/backend-customization/webhooks: Strapi signs nothing; a header that is set for the webhook
 * carries a token.
 */
export const strapi: Vendor = {
  verify: (request, secret, _now, options) => verdictOnToken(request, secret, options),
  changesIn(request, payload, { slugField = 'slug' }) {
    const name = textAt(payload, 'event') ?? request.headers['x-strapi-event'] ?? '';
    const [subject = '', event = ''] = name.split('.');
    if (subject === 'media') return [{ event, type: 'media', id: textAt(payload, 'media.id') }];
    if (subject !== 'entry') return [{ event: name, type: subject, id: textAt(payload, 'release.id') }];
    // With draft and publish, its publish events often have the text "null" in place of the entry:
    // https://github.com/strapi/strapi/issues/25387
    if (objectAt(payload, 'entry') === undefined) {
      return [{ event, type: textAt(payload, 'model'), isIncomplete: true }];
    }
    return [
      {
        event,
        type: textAt(payload, 'model'),
        // Strapi 5 knows an entry by its documentId, Strapi 4 by its id.
        id: textAt(payload, 'entry.documentId') ?? textAt(payload, 'entry.id'),
        slug: textAt(payload, `entry.${slugField}`),
        locale: textAt(payload, 'entry.locale'),
      },
    ];
  },
  // The body has the time of the event in milliseconds, so no two bodies are equal.
  deliveryOf: (request, payload) =>
    textAt(payload, 'createdAt') && createHash('sha256').update(request.body).digest('hex'),
};
