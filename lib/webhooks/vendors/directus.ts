import { ownValue } from '../../basics/own-value.ts';
import { DEFAULT_EVENTS, DEFAULT_TAGS } from '../default-rules.ts';
import { textAt, valuesAt } from '../payload.ts';
import { verdictOnToken } from '../signatures.ts';
import type { Vendor, VendorSettings } from '../vendor.ts';

const EVENTS_OF_STATUS: Readonly<Record<string, string>> = {
  published: 'publish',
  draft: 'unpublish',
  archived: 'unpublish',
};

export const directusSettings: VendorSettings = {
  options: ['header', 'prefix', 'slugField'],
  defaultRules: [{ when: { event: DEFAULT_EVENTS }, tags: DEFAULT_TAGS }],
};

/**
 * A flow with an event hook and the operation "Webhook / Request URL", https://directus.io/docs/guides/automate/operations:
 * its request has the headers and the body (`{{$trigger}}`) that are set there. Nothing is signed.
 */
export const directus: Vendor = {
  verify: (request, secret, _now, options) => verdictOnToken(request, secret, options),
  changesIn(_request, payload, { slugField = 'slug' }) {
    const action = textAt(payload, 'event')?.split('.').at(-1);
    // It is `articles.items.update`, but `files.update`: the latter has no collection in front.
    const status = action === 'update' ? textAt(payload, 'payload.status') : undefined;
    const keys = [...valuesAt(payload, 'key'), ...valuesAt(payload, 'keys')];
    return [
      {
        event: ownValue(EVENTS_OF_STATUS, status ?? '') ?? action,
        type: textAt(payload, 'collection'),
        id: keys,
        // The payload has only the fields that were changed.
        slug: textAt(payload, `payload.${slugField}`),
      },
    ];
  },
  deliveryOf: () => undefined,
};
