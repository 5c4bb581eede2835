import { createHash } from 'node:crypto';
import { parseJsonBody } from '../../basics/json-body.ts';
import { DEFAULT_TAGS } from '../default-rules.ts';
import { textAt, valuesAt } from '../payload.ts';
import { areEqual, GENUINE, refused } from '../signatures.ts';
import type { Vendor, VendorSettings, WebhookRequest } from '../vendor.ts';

export const prismicSettings: VendorSettings = {
  options: [],
  defaultRules: [{ when: { event: 'publish' }, tags: DEFAULT_TAGS }],
};

/**
 * https://prismic.io/docs/webhooks; payload as in
 * https://github.com/prismicio/prismic-client/tree/main/src/types/webhook. The secret is in the body.
 */
export const prismic: Vendor = {
  verify(request, secret) {
    const given = secretIn(request);
    if (given === undefined) return refused('the body has no secret; give the webhook one');
    return areEqual(given, secret) ? GENUINE : refused('the secret does not match');
  },
  changesIn(_request, payload) {
    const name = textAt(payload, 'type') ?? '';
    if (name !== 'api-update') return [{ event: name }];
    // Without a new master ref, nothing was published or unpublished. A release was planned, or a tag was made.
    const isLive = textAt(payload, 'masterRef') !== undefined;
    return [{ event: isLive ? 'publish' : 'draft', type: 'document', id: valuesAt(payload, 'documents') }];
  },
  // Each publication has a master ref of its own.
  deliveryOf: (request, payload) =>
    textAt(payload, 'masterRef') && createHash('sha256').update(request.body).digest('hex'),
};

function secretIn({ body }: WebhookRequest): string | undefined {
  try {
    return textAt(parseJsonBody(body, 'send JSON'), 'secret');
  } catch {
    return undefined;
  }
}
