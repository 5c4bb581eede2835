import type { Given } from '../basics/faults.ts';
import type { WebhookRule } from './rule.ts';

/** The request, exactly as the vendor sent it. */
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
 * What a vendor's module says of a change, as far as the vendor sends it. `event` is one of `create`, `update`,
 * `publish`, `unpublish`, `delete` and `draft` (readers see nothing of it), or the vendor's own word for anything else.
 * `path` is the entry's path as the vendor knows it, with slashes.
 */
export const FIELD_NAMES = ['event', 'type', 'id', 'slug', 'path', 'previousSlug', 'previousPath', 'locale'] as const;
export type FieldName = (typeof FIELD_NAMES)[number];
export type Fields = Readonly<Partial<Record<FieldName, string | readonly string[]>>>;

export interface Change extends Fields {
  /** The vendor should say which entry changed, but does not. It may be any. */
  readonly isIncomplete?: true;
}

/** Options that some of the vendors take. */
export interface VendorOptions {
  /**
   * How many seconds a signed time may differ from ours, in the past or in the future: 1 to 43200.
   *
   * @default 300
   */
  readonly toleranceSeconds?: number;
  /** The path to the slug, starting at the entry's fields: `seo.slug`. */
  readonly slugField?: string;
  /** The request header that carries the token or the signature. */
  readonly header?: string;
  /** Text in front of the token or the signature in that header: `Bearer `, `sha256=`. */
  readonly prefix?: string;
  /** The user of HTTP basic authentication, whose password is the secret. */
  readonly user?: string;
  /** `false` for Ghost before July 2024, which did not sign the time that it sends. */
  readonly signsTimestamp?: boolean;
  /** How a generic webhook proves itself. */
  readonly scheme?: 'hmac-sha256' | 'token';
  readonly encoding?: 'hex' | 'base64';
  /** The request header with the time of sending: seconds, milliseconds or ISO 8601. */
  readonly timestampHeader?: string;
  /** The signed text, made of `{body}` and `{timestamp}`. */
  readonly signedContent?: string;
  /** The request header with an id that no two deliveries share. */
  readonly deliveryHeader?: string;
  /** Paths to the fields in the payload of a generic webhook: `{ id: 'entry.uuid' }`. */
  readonly fields?: Readonly<Partial<Record<FieldName, string>>>;
}
export type OptionName = keyof VendorOptions;

export type Verdict = { readonly isGenuine: true } | { readonly isGenuine: false; readonly why: string };

/** The options of one vendor's webhooks, and their defaults. */
export interface VendorSettings {
  readonly options: readonly OptionName[];
  /** Notes options that exclude each other. */
  checkTogether?(options: VendorOptions, webhook: Given): void;
  readonly defaultRules: readonly WebhookRule[];
  /** How long the vendor's own CDN may have old content after a webhook, by its documentation. @default 0 */
  readonly settleSeconds?: number;
}

/** How one vendor signs, and how its payloads are read. */
export interface Vendor {
  verify(request: WebhookRequest, secret: string, now: number, options: VendorOptions): Verdict;
  /** One for each entry and locale. None if the payload is not about content. */
  changesIn(request: WebhookRequest, payload: object, options: VendorOptions): readonly Change[];
  /** An id that only a replay shares with its original. `undefined` if the vendor sends nothing of the kind. */
  deliveryOf(request: WebhookRequest, payload: object, options: VendorOptions): string | undefined;
  /** Whether the vendor only checks the address. Such a request is not signed, and nothing is done. */
  isPing?(request: WebhookRequest): boolean;
}
