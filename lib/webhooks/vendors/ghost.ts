import { DEFAULT_EVENTS, DEFAULT_TAGS } from '../default-rules.ts';
import { objectAt, pathOfUrl, textAt } from '../payload.ts';
import { hmac, pairsOf, refused, verdictOn, verdictOnTime } from '../signatures.ts';
import type { Vendor, VendorSettings } from '../vendor.ts';

const SIGNATURE = 'x-ghost-signature';
const SUBJECTS = ['post', 'page', 'tag', 'author', 'member'];

export const ghostSettings: VendorSettings = {
  options: ['toleranceSeconds', 'signsTimestamp'],
  defaultRules: [
    { when: { event: DEFAULT_EVENTS, type: ['post', 'page', 'tag', 'author', 'site'] }, tags: DEFAULT_TAGS },
  ],
};

/**
 * https://docs.ghost.org/webhooks; signature as in
 * https://github.com/TryGhost/Ghost/blob/main/ghost/core/core/server/services/webhooks/webhook-trigger.js: of the body and
 * the time right behind it, since https://github.com/TryGhost/Ghost/pull/20500; before that, of the body alone.
 */
export const ghost: Vendor = {
  verify(request, secret, now, { toleranceSeconds, signsTimestamp = true }) {
    const { sha256, t } = pairsOf(request.headers[SIGNATURE] ?? '');
    if (sha256 === undefined || t === undefined) return refused(`${SIGNATURE} is missing or malformed`);
    const verdict = verdictOn(sha256, hmac('sha256', secret, 'hex', request.body, signsTimestamp ? t : ''));
    return verdict.isGenuine ? verdictOnTime(Number(t), now, toleranceSeconds) : verdict;
  },
  changesIn(_request, payload) {
    const type = SUBJECTS.find((subject) => objectAt(payload, subject) !== undefined);
    // The payload of `site.changed` is empty.
    if (type === undefined) return Object.keys(payload).length === 0 ? [{ event: 'update', type: 'site' }] : [];
    const at = (path: string): string | undefined => textAt(payload, `${type}.${path}`);
    return [
      {
        event: eventOf(at('current.id'), at('current.status'), at('previous.status')),
        type,
        id: at('current.id') ?? at('previous.id'),
        slug: at('current.slug') ?? at('previous.slug'),
        path: pathOfUrl(at('current.url')),
        // Ghost sends former values only of fields that changed, and all of them after a deletion.
        previousSlug: at('previous.slug'),
        previousPath: pathOfUrl(at('previous.url')),
      },
    ];
  },
  deliveryOf: (request) => request.headers[SIGNATURE],
};

/** Ghost does not say which event it is. Tags and authors have no status. */
function eventOf(id: string | undefined, status: string | undefined, previous: string | undefined): string {
  if (id === undefined) return 'delete';
  if (status === undefined) return 'update';
  if (status === 'published' || status === 'sent') return previous === undefined ? 'update' : 'publish';
  return previous === 'published' ? 'unpublish' : 'draft';
}
