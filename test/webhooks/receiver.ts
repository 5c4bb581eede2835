import { Faults } from '../../lib/basics/faults.ts';
import type { Revalidation } from '../../lib/core/revalidation.ts';
import type { CompiledWebhook } from '../../lib/webhooks/compiled.ts';
import { type Deliveries, receiveWebhook, type WebhookResponse } from '../../lib/webhooks/receive.ts';
import { readWebhooks, type WebhookSettings } from '../../lib/webhooks/settings/read-webhooks.ts';
import type { WebhookRequest } from '../../lib/webhooks/vendor.ts';
import { VENDORS } from '../../lib/webhooks/vendors.ts';
import { NOW, SECRET } from './samples.ts';

export interface Receiver {
  post(name: string, request: WebhookRequest, now?: number): Promise<WebhookResponse>;
  /** What was done, in order. */
  readonly revalidations: Revalidation[];
  /** After how many seconds each is done once more. */
  readonly settleSeconds: number[];
  readonly logLines: { readonly message: string; readonly details: unknown }[];
  /** What the next revalidations answer. */
  status: number;
  /** What those answer that wait. */
  purgeEverywhere: Promise<WebhookResponse>;
}

export function createReceiver(
  settings: Readonly<Record<string, WebhookSettings>>,
  secrets: readonly string[] = [SECRET],
): Receiver {
  const webhooks = new Map(Object.entries(compileWebhooks(settings)));
  const receiver: Receiver = {
    revalidations: [],
    settleSeconds: [],
    logLines: [],
    status: 200,
    purgeEverywhere: Promise.resolve({ status: 200, body: { everywhere: true } }),
    post: (name, request, now = NOW) =>
      receiveWebhook(name, request, now, {
        webhooks,
        vendorOf: async (vendor) => VENDORS[vendor],
        secretsOf: () => secrets,
        naming: { allowQuery: ['page'] },
        deliveries,
        log: (_level, message, details) => receiver.logLines.push({ message, details }),
        async revalidate(revalidation, { settleSeconds, wait }) {
          receiver.revalidations.push(revalidation);
          receiver.settleSeconds.push(settleSeconds);
          const atOnce = { status: receiver.status, body: { done: true } };
          return wait ? { ...atOnce, everywhere: () => receiver.purgeEverywhere } : atOnce;
        },
      }),
  };
  const deliveries = createMemoryDeliveries();
  return receiver;
}

/** As the construct does it, and as it comes out of the file that the construct writes. */
export function compileWebhooks(
  settings: Readonly<Record<string, WebhookSettings>>,
): Readonly<Record<string, CompiledWebhook>> {
  const faults = new Faults('the webhooks');
  const compiled = faults.accept(readWebhooks(faults.in(settings)), 'INVALID_OPTION');
  return JSON.parse(JSON.stringify(compiled));
}

export function createMemoryDeliveries(): Deliveries & { readonly keys: Set<string> } {
  const keys = new Set<string>();
  return {
    keys,
    has: async (key) => keys.has(key),
    async remember(key) {
      keys.add(key);
    },
  };
}
