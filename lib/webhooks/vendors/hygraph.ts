import { DEFAULT_TAGS } from '../default-rules.ts';
import { textAt } from '../payload.ts';
import { hmac, pairsOf, refused, verdictOn, verdictOnTime } from '../signatures.ts';
import type { Fields, Vendor, VendorSettings } from '../vendor.ts';

const SIGNATURE = 'gcms-signature';

export const hygraphSettings: VendorSettings = {
  options: ['toleranceSeconds', 'slugField'],
  // "Up to 30s to update all caching nodes": https://hygraph.com/docs/api-reference/basics/caching
  settleSeconds: 30,
  // `create` and `update` change only the draft.
  defaultRules: [{ when: { event: ['publish', 'unpublish', 'delete'] }, tags: DEFAULT_TAGS }],
};

/**
 * https://hygraph.com/docs/api-reference/basics/webhooks; signature as in
 * https://github.com/hygraph/hygraph-utils/blob/main/index.js: base64, of a JSON object with the body as a string.
 */
export const hygraph: Vendor = {
  verify(request, secret, now, { toleranceSeconds }) {
    const { sign, env, t } = pairsOf(request.headers[SIGNATURE] ?? '');
    if (sign === undefined || env === undefined || t === undefined || !/^\d+$/.test(t)) {
      return refused(`${SIGNATURE} is missing or malformed`);
    }
    const signed = { Body: request.body.toString('utf8'), EnvironmentName: env, TimeStamp: Number(t) };
    const verdict = verdictOn(sign, hmac('sha256', secret, 'base64', JSON.stringify(signed)));
    return verdict.isGenuine ? verdictOnTime(Number(t), now, toleranceSeconds) : verdict;
  },
  changesIn(_request, payload, { slugField = 'slug' }) {
    const change: Fields = {
      event: textAt(payload, 'operation'),
      type: textAt(payload, 'data.__typename'),
      id: textAt(payload, 'data.id'),
      slug: textAt(payload, `data.${slugField}`),
    };
    const localizations = localizationsOf(payload).map((each) => ({
      ...change,
      locale: textAt(each, 'locale'),
      slug: textAt(each, slugField) ?? change.slug,
    }));
    return localizations.length === 0 ? [change] : localizations;
  },
  deliveryOf: (request) => request.headers[SIGNATURE],
};

function localizationsOf(payload: object): readonly unknown[] {
  const { data } = payload as { readonly data?: { readonly localizations?: unknown } | null };
  return Array.isArray(data?.localizations) ? data.localizations : [];
}
