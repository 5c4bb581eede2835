import { ownValue } from '../../basics/own-value.ts';
import { DEFAULT_EVENTS, DEFAULT_TAGS } from '../default-rules.ts';
import { pathOfUrl, textAt } from '../payload.ts';
import { hmac, refused, verdictOn } from '../signatures.ts';
import type { Fields, Vendor, VendorSettings, WebhookRequest } from '../vendor.ts';

const WOOCOMMERCE_EVENTS: Readonly<Record<string, string>> = {
  created: 'create',
  updated: 'update',
  restored: 'create',
  deleted: 'delete',
};

export const wordpressSettings: VendorSettings = {
  options: [],
  defaultRules: [{ when: { event: DEFAULT_EVENTS }, tags: DEFAULT_TAGS }],
};

/**
 * WordPress itself has no webhooks. Three things that send them sign in the same way, base64 of HMAC-SHA256 of the body:
 * docs/cms/wordpress/cdk-isr-webhook.php; WooCommerce
 * (https://developer.woocommerce.com/docs/apis/rest-api/webhooks/, includes/class-wc-webhook.php); the plugin WP Webhooks
 * (https://wordpress.org/plugins/wp-webhooks/, `generate_trigger_signature`).
 */
export const wordpress: Vendor = {
  verify(request, secret) {
    const given = request.headers['x-wc-webhook-signature'] ?? request.headers['x-wp-webhook-signature'];
    if (given === undefined) return refused('x-wc-webhook-signature or x-wp-webhook-signature is missing');
    return verdictOn(given, hmac('sha256', secret, 'base64', request.body));
  },
  changesIn(request, payload) {
    if (request.headers['x-wc-webhook-topic'] !== undefined) return [fromWooCommerce(request, payload)];
    return [textAt(payload, 'post.post_name') === undefined ? fromOwnPlugin(payload) : fromWpWebhooks(payload)];
  },
  deliveryOf: (request, payload) => request.headers['x-wc-webhook-delivery-id'] ?? textAt(payload, 'delivery'),
  // When a webhook is saved, WooCommerce checks its address with an unsigned form (`deliver_ping`).
  isPing: ({ headers, body }) =>
    headers['x-wc-webhook-signature'] === undefined && /^webhook_id=\d+$/.test(body.toString('latin1')),
};

function fromOwnPlugin(payload: object): Fields {
  return {
    event: textAt(payload, 'event'),
    type: textAt(payload, 'type'),
    id: textAt(payload, 'id'),
    slug: textAt(payload, 'slug'),
    path: textAt(payload, 'path'),
    previousSlug: textAt(payload, 'previousSlug'),
    previousPath: textAt(payload, 'previousPath'),
    locale: textAt(payload, 'locale'),
  };
}

function fromWooCommerce(request: WebhookRequest, payload: object): Fields {
  const event = request.headers['x-wc-webhook-event'] ?? '';
  return {
    event: ownValue(WOOCOMMERCE_EVENTS, event) ?? event,
    type: request.headers['x-wc-webhook-resource'],
    id: textAt(payload, 'id'),
    slug: textAt(payload, 'slug'),
    path: pathOfUrl(textAt(payload, 'permalink')),
  };
}

/** Its payloads do not say what happened. They only show the present state. */
function fromWpWebhooks(payload: object): Fields {
  const status = textAt(payload, 'post.post_status');
  return {
    event: status === 'publish' ? 'publish' : status === 'trash' ? 'delete' : 'unpublish',
    type: textAt(payload, 'post.post_type'),
    id: textAt(payload, 'post_id') ?? textAt(payload, 'post.ID'),
    slug: textAt(payload, 'post.post_name')?.replace(/__trashed$/, ''),
    path: pathOfUrl(textAt(payload, 'post_permalink')),
  };
}
