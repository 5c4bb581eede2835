import type { Revalidation } from '../../lib/core/revalidation.ts';
import { parseWebhooks, type WebhookSettings } from '../../lib/webhooks/configuration.ts';
import { type Deliveries, receiveWebhook, type WebhookAnswer } from '../../lib/webhooks/receive.ts';
import type { WebhookRequest } from '../../lib/webhooks/types.ts';
import { NOW, SECRET } from './samples.ts';

export interface Receiver {
  post(name: string, request: WebhookRequest, now?: number): Promise<WebhookAnswer>;
  /** What was done, in order. */
  readonly revalidations: Revalidation[];
  readonly logLines: { readonly message: string; readonly details: unknown }[];
  /** What the next revalidations answer. */
  status: number;
}

export function createReceiver(
  settings: Readonly<Record<string, WebhookSettings>>,
  secrets: readonly string[] = [SECRET],
): Receiver {
  const { webhooks, faults } = parseWebhooks(settings);
  if (faults.length > 0) throw new Error(faults.join('; '));
  const receiver: Receiver = {
    revalidations: [],
    logLines: [],
    status: 200,
    post: (name, request, now = NOW) =>
      receiveWebhook(name, request, now, {
        webhooks,
        secretsOf: () => secrets,
        allowQuery: ['page'],
        deliveries,
        log: (_level, message, details) => receiver.logLines.push({ message, details }),
        async revalidate(revalidation) {
          receiver.revalidations.push(revalidation);
          return { status: receiver.status, body: { done: true } };
        },
      }),
  };
  const deliveries = createMemoryDeliveries();
  return receiver;
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
