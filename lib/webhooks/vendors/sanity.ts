import { DEFAULT_EVENTS, DEFAULT_TAGS } from '../default-rules.ts';
import { textAt } from '../payload.ts';
import { hmac, refused, verdictOn, verdictOnTime } from '../signatures.ts';
import type { Vendor, VendorSettings } from '../vendor.ts';

const SIGNATURE = 'sanity-webhook-signature';

export const sanitySettings: VendorSettings = {
  options: ['toleranceSeconds', 'slugField'],
  // "Invalidations may take up to 60 seconds to fully propagate": https://www.sanity.io/docs/api-cdn
  settleSeconds: 60,
  defaultRules: [{ when: { event: DEFAULT_EVENTS }, tags: DEFAULT_TAGS }],
};

/**
 * GROQ-powered webhooks, https://www.sanity.io/docs/content-lake/webhooks; signature as in
 * https://github.com/sanity-io/webhook-toolkit/blob/main/src/signature.ts. The body is the webhook's projection: by
 * default the document.
 */
export const sanity: Vendor = {
  verify(request, secret, now, { toleranceSeconds }) {
    const parts = /^t=(\d+)[, ]+v1=([^, ]+)$/.exec(request.headers[SIGNATURE]?.trim() ?? '');
    if (parts === null) return refused(`${SIGNATURE} is missing or malformed`);
    const [, timestamp = '', given = ''] = parts;
    const verdict = verdictOn(given, hmac('sha256', secret, 'base64url', `${timestamp}.`, request.body));
    return verdict.isGenuine ? verdictOnTime(Number(timestamp), now, toleranceSeconds) : verdict;
  },
  changesIn(request, payload, { slugField = 'slug' }) {
    const documentId = textAt(payload, '_id') ?? request.headers['sanity-document-id'] ?? '';
    const [, version, id] = /^(drafts\.|versions\.[^.]+\.)?(.*)$/s.exec(documentId) ?? [];
    return [
      {
        event: version === undefined ? (request.headers['sanity-operation'] ?? 'update') : 'draft',
        type: textAt(payload, '_type'),
        id,
        slug: textAt(payload, `${slugField}.current`) ?? textAt(payload, slugField),
        previousSlug: textAt(payload, 'previousSlug.current') ?? textAt(payload, 'previousSlug'),
        locale: textAt(payload, 'language') ?? textAt(payload, 'locale'),
      },
    ];
  },
  deliveryOf: (request) => request.headers[SIGNATURE],
};
