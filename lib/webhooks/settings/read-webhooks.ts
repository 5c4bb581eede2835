import { type Check, fieldsOf, integerBetween, memberOf, oneOf, optional, trueOrFalse } from '../../basics/checks.ts';
import type { Given } from '../../basics/faults.ts';
import type { CompiledWebhook } from '../compiled.ts';
import type { WebhookRule } from '../rule.ts';
import type { VendorOptions, VendorSettings } from '../vendor.ts';
import { VENDOR_NAMES, VENDOR_SETTINGS, type VendorName } from '../vendors.ts';
import { readOptions } from './read-options.ts';
import { readRules } from './read-rules.ts';

/** Everything that the user says of a webhook, except its secret. */
export interface WebhookSettings extends VendorOptions {
  /**
   * The system that sends the webhook.
   *
   * @default - the webhook's name
   */
  readonly vendor?: VendorName;
  /**
   * What to revalidate after which change.
   *
   * @default - the tags `<type>` and `<type>:<id>`; see docs/cms/ for each vendor
   */
  readonly rules?: readonly WebhookRule[];
  /**
   * A vendor may send its webhook before its own CDN has the new content, and pages would get the old content again. So
   * what it revalidates is revalidated once more after this many seconds, between 0 (it is not) and 900.
   *
   * @default - 60 for Sanity, 30 for Hygraph, 20 for Contentful, otherwise 0
   */
  readonly settleSeconds?: number;
  /**
   * Whether the response comes only when nobody gets an old page any more, at the edge neither: with `everywhere`, which
   * says how long that took, most often a few seconds and up to half a minute. Vendors who do not wait as long take it
   * for a failure.
   *
   * @default false: it comes when the origin has the new pages, and CloudFront has accepted the purge of the old
   */
  readonly wait?: boolean;
}

/** The longest delay of a message in SQS. */
const MAX_SETTLE_SECONDS = 900;

const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** Checks and compiles `{ <name>: WebhookSettings }`. A `secret` is left to the caller. */
export function readWebhooks(given: Given): Readonly<Record<string, CompiledWebhook>> {
  const fields = fieldsOf(given, 'an object of webhooks by name') ?? {};
  const webhooks = Object.keys(fields).flatMap((name) => {
    const each = memberOf(given, fields, name);
    if (!NAME.test(name)) {
      each.secret.mustBe('named with up to 63 lower-case letters, digits and hyphens, a letter first');
    }
    const webhook = readWebhook(name)(each);
    return webhook === undefined ? [] : [[name, webhook] as const];
  });
  return Object.fromEntries(webhooks);
}

function readWebhook(name: string): Check<CompiledWebhook> {
  return (given) => {
    const fields = fieldsOf(given);
    if (fields === undefined) return undefined;
    const vendor = oneOf(...VENDOR_NAMES)(given.at('vendor', fields.vendor ?? name));
    if (vendor === undefined) return undefined;
    const { defaultRules, settleSeconds = 0 }: VendorSettings = VENDOR_SETTINGS[vendor];
    const settle = optional(integerBetween(0, MAX_SETTLE_SECONDS))(memberOf(given, fields, 'settleSeconds'));
    return {
      vendor,
      options: readOptions(given, fields, vendor),
      rules: readRules(given.at('rules', fields.rules ?? defaultRules)) ?? [],
      settleSeconds: settle ?? settleSeconds,
      wait: optional(trueOrFalse)(memberOf(given, fields, 'wait')) ?? false,
    };
  };
}
