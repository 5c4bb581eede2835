import type { Rule } from './rule.ts';
import type { VendorOptions } from './vendor.ts';
import type { VendorName } from './vendors.ts';

/** Goes up when an older reader would misread what the construct writes. */
export const COMPILED_VERSION = 1;

/** `webhooks.json`: what the construct checked and writes beside the bundle of the revalidate function. */
export interface CompiledWebhooks {
  readonly version: typeof COMPILED_VERSION;
  readonly webhooks: Readonly<Record<string, CompiledWebhook>>;
}

/** Everything about a webhook except its secret. */
export interface CompiledWebhook {
  /** Its module stands beside the bundle: `webhooks/<vendor>.mjs`. */
  readonly vendor: VendorName;
  readonly options: VendorOptions;
  readonly rules: readonly Rule[];
  /** 0: what the webhook revalidates is not revalidated once more. */
  readonly settleSeconds: number;
  /** Whether the response waits until nobody gets an old page any more. */
  readonly wait: boolean;
}

/** The environment variables for the secret, and for a second one while it is being changed. */
export function secretVariablesOf(name: string): readonly [string, string] {
  const suffix = name.toUpperCase().replaceAll('-', '_');
  // A name begins with a letter, so no other webhook has the second.
  return [`ISR_WEBHOOK_SECRET_${suffix}`, `ISR_WEBHOOK_SECRET_2_${suffix}`];
}
