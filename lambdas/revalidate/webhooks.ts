import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { IsrError } from '../../lib/basics/errors.ts';
import { isJsonObject } from '../../lib/basics/json-object.ts';
import type { Bucket } from '../../lib/core/bucket/bucket.ts';
import {
  COMPILED_VERSION,
  type CompiledWebhook,
  type CompiledWebhooks,
  secretVariablesOf,
} from '../../lib/webhooks/compiled.ts';
import {
  type Deliveries,
  receiveWebhook,
  type WebhookPorts,
  type WebhookResponse,
} from '../../lib/webhooks/receive.ts';
import type { Vendor } from '../../lib/webhooks/vendor.ts';
import { bodyOf } from '../shared/function-url.ts';
import type { SiteSandbox } from '../shared/sandbox.ts';

export interface WebhookDependencies extends Omit<WebhookPorts, 'webhooks' | 'vendorOf' | 'secretsOf' | 'revalidate'> {
  readonly sandbox: Pick<SiteSandbox, 'environment' | 'clock' | 'assetJson' | 'assetModule'>;
}

const FOLDER = '/webhooks/';

/** Whether the request is for a webhook, rather than for the API. */
export function isWebhook({ rawPath }: LambdaFunctionURLEvent): boolean {
  return rawPath.startsWith(FOLDER);
}

/** Responds to `POST <revalidate URL>/webhooks/<name>`. */
export type WebhookEndpoint = (
  event: LambdaFunctionURLEvent,
  revalidate: WebhookPorts['revalidate'],
) => Promise<WebhookResponse>;

export function createWebhookEndpoint({ sandbox, ...ports }: WebhookDependencies): WebhookEndpoint {
  const { environment, clock, assetJson, assetModule } = sandbox;
  const compiled = assetJson<unknown>('webhooks.json', { version: COMPILED_VERSION, webhooks: {} });
  let webhooks: ReadonlyMap<string, CompiledWebhook> | undefined;
  return async (event, revalidate) => {
    webhooks ??= webhooksIn(compiled());
    const request = {
      path: event.rawPath,
      query: event.rawQueryString,
      headers: Object.fromEntries(Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value])),
      body: bodyOf(event),
    };
    const name = event.rawPath.slice(FOLDER.length).replace(/\/$/, '');
    return receiveWebhook(name, request, clock.now(), {
      ...ports,
      revalidate,
      webhooks,
      vendorOf: async (vendor) => (await assetModule<{ readonly vendor: Vendor }>(`webhooks/${vendor}.mjs`)).vendor,
      secretsOf: (each) => secretVariablesOf(each).flatMap((variable) => environment[variable] || []),
    });
  };
}

/** Each delivery is an object, which the bucket's lifecycle deletes after a day. */
export function createS3Deliveries(bucket: Bucket): Deliveries {
  const keyOf = (key: string): string => `_isr/webhooks/${key}`;
  return {
    async has(key) {
      return (await bucket.get(keyOf(key))) !== undefined;
    },
    async remember(key) {
      // A conflict: the same delivery was done twice at the same time.
      await bucket.put(keyOf(key), '{}', { condition: { absent: true } });
    },
  };
}

/** The construct has checked everything else when it wrote the file. */
function webhooksIn(compiled: unknown): ReadonlyMap<string, CompiledWebhook> {
  if (isJsonObject(compiled) && compiled.version === COMPILED_VERSION) {
    return new Map(Object.entries((compiled as unknown as CompiledWebhooks).webhooks));
  }
  throw new IsrError('INVALID_CONFIGURATION', 'webhooks.json is of another version of cdk-isr; deploy again');
}
