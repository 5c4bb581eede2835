import type { Given } from '../basics/faults.ts';
import type { WebhookRule } from './rule.ts';

/** What the vendor sent, as it was sent. */
export interface WebhookRequest {
  /** Percent-encoded, with a leading slash. */
  readonly path: string;
  /** Percent-encoded, without the question mark. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/**
 * What every vendor module tells about a change, as far as the vendor sends it. `event` is one of `create`, `update`,
 * `publish`, `unpublish`, `delete`, `draft` (nothing that readers see) or the vendor's own word for anything else.
 * `path` is where the vendor thinks that the entry is, with slashes.
 */
export const FIELD_NAMES = ['event', 'type', 'id', 'slug', 'path', 'previousSlug', 'previousPath', 'locale'] as const;
export type FieldName = (typeof FIELD_NAMES)[number];
export type Fields = Readonly<Partial<Record<FieldName, string | readonly string[]>>>;

export interface Change extends Fields {
  /** The vendor does not say which entry it is about, though it should: any may be meant. */
  readonly isIncomplete?: true;
}

/** Options that some of the vendors take. */
export interface VendorOptions {
  /**
   * How old a signed request may be, and how far ahead its clock: 1 to 43200.
   *
   * @default 300
   */
  readonly toleranceSeconds?: number;
  /** Where the payload has the slug, from the entry's fields: `seo.slug`. */
  readonly slugField?: string;
  /** The request header that carries the token or the signature. */
  readonly header?: string;
  /** What stands before the token or the signature in that header: `Bearer `, `sha256=`. */
  readonly prefix?: string;
  /** The user of HTTP basic authentication, whose password is the secret. */
  readonly user?: string;
  /** Ghost before July 2024 did not sign the time that it sends: `false` accepts that. */
  readonly signsTimestamp?: boolean;
  /** How a generic webhook proves itself. */
  readonly scheme?: 'hmac-sha256' | 'token';
  readonly encoding?: 'hex' | 'base64';
  /** The request header with the time of sending: seconds, milliseconds or ISO 8601. */
  readonly timestampHeader?: string;
  /** What is signed, of `{body}` and `{timestamp}`. */
  readonly signedContent?: string;
  /** The request header with an id that no two deliveries share. */
  readonly deliveryHeader?: string;
  /** Where the payload of a generic webhook has the fields: `{ id: 'entry.uuid' }`. */
  readonly fields?: Readonly<Partial<Record<FieldName, string>>>;
}
export type OptionName = keyof VendorOptions;

export type Verdict = { readonly isGenuine: true } | { readonly isGenuine: false; readonly why: string };

/** What can be said of a webhook of one vendor. */
export interface VendorSettings {
  readonly options: readonly OptionName[];
  /** Notes options that do not go together. */
  checkTogether?(options: VendorOptions, webhook: Given): void;
  readonly defaultRules: readonly WebhookRule[];
}

/** How one vendor signs and what its payloads say. */
export interface Vendor {
  verify(request: WebhookRequest, secret: string, now: number, options: VendorOptions): Verdict;
  /** One for each entry and locale; none when the payload is about no content. */
  changesIn(request: WebhookRequest, payload: object, options: VendorOptions): readonly Change[];
  /** What no two deliveries share, but a replay does. `undefined` where a second one cannot be told from a replay. */
  deliveryOf(request: WebhookRequest, payload: object, options: VendorOptions): string | undefined;
  /** A request that only asks whether somebody is there: it is not signed, and nothing is done. */
  isPing?(request: WebhookRequest): boolean;
}
