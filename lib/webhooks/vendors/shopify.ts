import { DEFAULT_EVENTS, DEFAULT_TAGS } from '../default-rules.ts';
import { textAt } from '../payload.ts';
import { hmac, refused, verdictOn } from '../signatures.ts';
import type { Vendor, VendorSettings } from '../vendor.ts';

export const shopifySettings: VendorSettings = {
  options: [],
  defaultRules: [{ when: { event: DEFAULT_EVENTS }, tags: DEFAULT_TAGS }],
};

/**
 * https://shopify.dev/docs/apps/build/webhooks/verify-deliveries and
 * https://shopify.dev/docs/apps/build/webhooks/delivery-structure
 */
export const shopify: Vendor = {
  verify(request, secret) {
    const given = request.headers['x-shopify-hmac-sha256'];
    if (given === undefined) return refused('x-shopify-hmac-sha256 is missing');
    return verdictOn(given, hmac('sha256', secret, 'base64', request.body));
  },
  changesIn(request, payload) {
    const [resource = '', event] = (request.headers['x-shopify-topic'] ?? '').split(/\/(?=[^/]*$)/);
    // After a deletion, the payload has only the id.
    return [{ event, type: resource.replace(/s$/, ''), id: textAt(payload, 'id'), slug: textAt(payload, 'handle') }];
  },
  // The id is not signed. Whoever has a copy of a delivery can send it under another id. That renders the same page
  // again, and does nothing else.
  deliveryOf: (request) => request.headers['x-shopify-webhook-id'],
};
