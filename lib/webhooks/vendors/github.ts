import { DEFAULT_EVENTS, DEFAULT_TAGS } from '../default-rules.ts';
import { textAt, valuesAt } from '../payload.ts';
import { hmac, refused, verdictOn } from '../signatures.ts';
import type { Fields, Vendor, VendorSettings } from '../vendor.ts';

export const githubSettings: VendorSettings = {
  options: [],
  defaultRules: [{ when: { event: DEFAULT_EVENTS, type: 'file' }, tags: DEFAULT_TAGS }],
};

/**
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries and
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads. For sites whose content is files in a repository: a
 * push is a change for each of its files.
 */
export const github: Vendor = {
  verify(request, secret) {
    const given = request.headers['x-hub-signature-256'];
    if (given === undefined) return refused('x-hub-signature-256 is missing; give the webhook a secret');
    return verdictOn(given, `sha256=${hmac('sha256', secret, 'hex', request.body)}`);
  },
  changesIn(request, payload) {
    const name = request.headers['x-github-event'] ?? '';
    if (name === 'push') return filesIn(payload);
    return [{ event: textAt(payload, 'action') ?? name, type: name, id: textAt(payload, `${name}.id`) }];
  },
  // The id is not signed, see shopify.ts. A redelivery by hand has the same id, so within a day it does nothing.
  deliveryOf: (request) => request.headers['x-github-delivery'],
};

function filesIn(payload: object): Fields[] {
  const defaultBranch = textAt(payload, 'repository.default_branch');
  const isLive = textAt(payload, 'ref') === `refs/heads/${defaultBranch}`;
  const removed = new Set(valuesAt(payload, 'commits.removed'));
  const written = new Set([...valuesAt(payload, 'commits.added'), ...valuesAt(payload, 'commits.modified')]);
  const changes = [...new Set([...written, ...removed])].map((path) => ({
    event: !isLive ? 'draft' : removed.has(path) && !written.has(path) ? 'delete' : 'update',
    type: 'file',
    id: path,
    path,
    slug: path
      .split('/')
      .at(-1)
      ?.replace(/\.[^.]*$/, ''),
  }));
  // A forced push can come without a list of commits.
  return changes.length > 0 ? changes : [{ event: isLive ? 'update' : 'draft', type: 'file' }];
}
