import { ownValue } from '../../basics/own-value.ts';
import { trimTrailingSlashes } from '../../basics/slashes.ts';
import { DEFAULT_TAGS } from '../default-rules.ts';
import { textAt } from '../payload.ts';
import { hmac, refused, verdictOn } from '../signatures.ts';
import type { Vendor, VendorSettings } from '../vendor.ts';

const EVENTS: Readonly<Record<string, string>> = {
  published: 'publish',
  unpublished: 'unpublish',
  deleted: 'delete',
  created: 'create',
  moved: 'move',
  replaced: 'update',
  restored: 'create',
  entries_updated: 'update',
  datasource_entry_saved: 'update',
};

export const storyblokSettings: VendorSettings = {
  options: [],
  defaultRules: [
    { when: { event: ['create', 'update', 'publish', 'unpublish', 'delete', 'move'] }, tags: DEFAULT_TAGS },
  ],
};

/** https://www.storyblok.com/docs/concepts/webhooks, with "Verify a webhook". */
export const storyblok: Vendor = {
  verify(request, secret) {
    const given = request.headers['webhook-signature'];
    if (given === undefined) return refused('webhook-signature is missing; give the webhook a secret');
    return verdictOn(given, hmac('sha1', secret, 'hex', request.body));
  },
  changesIn(_request, payload) {
    const action = textAt(payload, 'action')?.replace(/^(story|asset|datasource)\./, '') ?? '';
    const path = textAt(payload, 'full_slug');
    const kind = ['story', 'asset', 'datasource'].find((each) => textAt(payload, `${each}_id`) !== undefined);
    const datasource = textAt(payload, 'datasource_slug');
    return [
      {
        event: ownValue(EVENTS, action) ?? action,
        type: kind ?? (datasource === undefined ? undefined : 'datasource'),
        id: kind === undefined ? datasource : textAt(payload, `${kind}_id`),
        path,
        slug: path === undefined ? undefined : trimTrailingSlashes(path).split('/').at(-1),
      },
    ];
  },
  // Two publications of one story have equal bytes. If the second were taken for a replay, it would be lost.
  deliveryOf: () => undefined,
};
