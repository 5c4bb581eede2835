import { createHmac } from 'node:crypto';
import { Faults } from '../../lib/basics/faults.ts';
import { COMPILED_VERSION, type CompiledWebhooks } from '../../lib/webhooks/compiled.ts';
import { readWebhooks, type WebhookSettings } from '../../lib/webhooks/settings/read-webhooks.ts';
import { generic } from '../../lib/webhooks/vendors/generic.ts';
import { SETTLE_SECONDS } from './cms.ts';
import { TOKEN, type UrlRequest } from './requests.ts';
import type { Wish } from './wish.ts';

/** Has the token in it, so that whoever looks where that is kept or logged finds this as well. */
const SECRET = `${TOKEN}-of-webhooks`;

const SETTINGS: WebhookSettings = {
  vendor: 'generic',
  timestampHeader: 'X-Time',
  deliveryHeader: 'X-Delivery',
  settleSeconds: SETTLE_SECONDS,
  rules: [
    { when: { 'data.kinds': 'paths' }, paths: ['/{...data.paths}'] },
    { when: { 'data.kinds': 'tags' }, tags: ['{data.tags}'] },
    { when: { 'data.kinds': 'prefixes' }, prefixes: ['/{...data.prefixes}/'] },
    { when: { 'data.kinds': 'all' }, all: true },
  ],
};

export const WEBHOOK_ENVIRONMENT = { ISR_WEBHOOK_SECRET_CMS: SECRET, ISR_WEBHOOK_SECRET_PATIENT: SECRET };

/** What the construct writes beside the bundle. */
export const WEBHOOK_ASSETS: Readonly<Record<string, unknown>> = {
  'webhooks.json': {
    version: COMPILED_VERSION,
    webhooks: readWebhooks(
      new Faults('the webhooks of the simulation').in({ cms: SETTINGS, patient: { ...SETTINGS, wait: true } }),
    ),
  } satisfies CompiledWebhooks,
  'webhooks/generic.mjs': { vendor: generic },
};

/** A save, as the CMS tells of it. */
export interface Delivery {
  readonly id: string;
  readonly wish: Wish;
  /** Whether it waits until nobody gets an old page any more. */
  readonly isPatient: boolean;
}

/** `now`: epoch milliseconds of the CMS. */
export function signedDelivery({ id, wish, isPatient }: Delivery, now: number, secret = SECRET): UrlRequest {
  const body = JSON.stringify({ ...wish, kinds: Object.keys(wish) });
  const signature = createHmac('sha256', secret).update(`${now}.${body}`).digest('hex');
  return {
    method: 'POST',
    path: `/webhooks/${isPatient ? 'patient' : 'cms'}`,
    headers: { 'x-time': String(now), 'x-signature': signature, 'x-delivery': id },
    body,
  };
}
