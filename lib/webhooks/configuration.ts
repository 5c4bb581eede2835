import { isJsonObject } from '../basics/json-object.ts';
import { parseOptions } from './options.ts';
import { parseRules, type Rule } from './rules.ts';
import type { Vendor, VendorOptions, WebhookRule } from './types.ts';
import { isVendorName, VENDORS, type VendorName } from './vendors.ts';

/** What is known of a webhook but its secret. */
export interface WebhookSettings extends VendorOptions {
  /**
   * Who sends.
   *
   * @default - the webhook's name
   */
  readonly vendor?: VendorName;
  /**
   * What is out of date after which change.
   *
   * @default - the tags `<type>` and `<type>:<id>`; see docs/cms/ for each vendor
   */
  readonly rules?: readonly WebhookRule[];
}

/** A webhook that was checked. */
export interface Webhook {
  readonly name: string;
  readonly vendor: Vendor;
  readonly options: VendorOptions;
  readonly rules: readonly Rule[];
}

export interface ParsedWebhooks {
  readonly webhooks: ReadonlyMap<string, Webhook>;
  /** Each with its place, the value and what to do. */
  readonly faults: readonly string[];
}

/** Reads `{ <name>: WebhookSettings }`: what the construct is given, and what it writes beside the bundle. */
export function parseWebhooks(settings: unknown): ParsedWebhooks {
  if (!isJsonObject(settings)) return { webhooks: new Map(), faults: ["'webhooks' must be an object by name"] };
  const faults: string[] = [];
  const webhooks = Object.entries(settings).flatMap(([name, each]) => parseWebhook(name, each, faults) ?? []);
  return { webhooks: new Map(webhooks.map((webhook) => [webhook.name, webhook])), faults };
}

/** The environment variables that hold the secret, and a second one while it is being changed. */
export function secretVariablesOf(name: string): readonly [string, string] {
  const suffix = name.toUpperCase().replaceAll('-', '_');
  // A name begins with a letter, so no other webhook has the second.
  return [`ISR_WEBHOOK_SECRET_${suffix}`, `ISR_WEBHOOK_SECRET_2_${suffix}`];
}

function parseWebhook(name: string, settings: unknown, faults: string[]): Webhook | undefined {
  const place = `'webhooks.${name}'`;
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(name)) {
    faults.push(`${place} is no good name: use up to 63 lower-case letters, digits and hyphens, a letter first`);
  }
  if (!isJsonObject(settings)) {
    faults.push(`${place} must be an object, got ${JSON.stringify(settings)}`);
    return undefined;
  }
  const { vendor: vendorName = name, rules, ...options } = settings;
  if (!isVendorName(vendorName)) {
    faults.push(`${place}.vendor must be one of ${Object.keys(VENDORS).join(', ')}, got ${JSON.stringify(vendorName)}`);
    return undefined;
  }
  const vendor: Vendor = VENDORS[vendorName];
  return {
    name,
    vendor,
    options: parseOptions(options, vendorName, vendor, place, faults),
    rules: parseRules(rules ?? vendor.defaultRules, `${place}.rules`, faults),
  };
}
