import type { LambdaFunctionURLEvent } from 'aws-lambda';
import type { Environment } from '../../lib/basics/environment.ts';
import { IsrError } from '../../lib/basics/errors.ts';
import type { Bucket } from '../../lib/core/bucket/bucket.ts';
import type { Clock } from '../../lib/core/ports.ts';
import { parseWebhooks, secretVariablesOf, type Webhook } from '../../lib/webhooks/configuration.ts';
import { type Deliveries, receiveWebhook, type WebhookAnswer, type WebhookPorts } from '../../lib/webhooks/receive.ts';
import { bodyOf } from '../shared/function-url.ts';

export interface WebhookDependencies extends Omit<WebhookPorts, 'webhooks' | 'secretsOf'> {
  /** What the construct wrote; read when the first webhook comes. */
  readonly settings: () => unknown;
  readonly environment: Environment;
  readonly clock: Clock;
}

const FOLDER = '/webhooks/';

/** Whether the request is for a webhook, rather than for the API. */
export function isWebhook({ rawPath }: LambdaFunctionURLEvent): boolean {
  return rawPath.startsWith(FOLDER);
}

/** Takes `POST <revalidate URL>/webhooks/<name>`. */
export function createWebhookReceiver({
  settings,
  environment,
  clock,
  ...ports
}: WebhookDependencies): (event: LambdaFunctionURLEvent) => Promise<WebhookAnswer> {
  let webhooks: ReadonlyMap<string, Webhook> | undefined;
  const secretsOf = (name: string): string[] =>
    secretVariablesOf(name).flatMap((variable) => environment[variable] || []);
  return (event) => {
    webhooks ??= readWebhooks(settings());
    const request = {
      path: event.rawPath,
      query: event.rawQueryString,
      headers: Object.fromEntries(Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value])),
      body: bodyOf(event),
    };
    const name = event.rawPath.slice(FOLDER.length).replace(/\/$/, '');
    return receiveWebhook(name, request, clock.now(), { ...ports, webhooks, secretsOf });
  };
}

/** An object each, which the bucket's lifecycle removes after a day. */
export function createS3Deliveries(bucket: Bucket): Deliveries {
  const keyOf = (key: string): string => `_isr/webhooks/${key}`;
  return {
    async has(key) {
      return (await bucket.get(keyOf(key))) !== undefined;
    },
    async remember(key) {
      // A conflict is the same delivery, done twice at the same time.
      await bucket.put(keyOf(key), '{}', { condition: { absent: true } });
    },
  };
}

function readWebhooks(settings: unknown): ReadonlyMap<string, Webhook> {
  const { webhooks, faults } = parseWebhooks(settings);
  if (faults.length === 0) return webhooks;
  throw new IsrError(
    'INVALID_CONFIGURATION',
    `webhooks.json is of another version: ${faults.join('; ')}; deploy again`,
  );
}
