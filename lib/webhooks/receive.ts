import { createHash } from 'node:crypto';
import { fieldsOf } from '../basics/checks.ts';
import { IsrError } from '../basics/errors.ts';
import { Faults } from '../basics/faults.ts';
import { parseJsonBody } from '../basics/json-body.ts';
import type { PageNaming } from '../core/page/page-name.ts';
import type { Log } from '../core/ports.ts';
import type { Revalidation } from '../core/revalidation.ts';
import type { CompiledWebhook } from './compiled.ts';
import type { Fields, Vendor, WebhookRequest } from './vendor.ts';
import type { VendorName } from './vendors.ts';
import { wantedBy } from './wanted.ts';

export interface WebhookResponse {
  readonly status: number;
  readonly body: object;
}

/** What was done at once, and what the sender may wait for. */
export interface RevalidationResponse extends WebhookResponse {
  /** Resolves with what to answer in its place, when nobody gets an old page any more or there is no time left. */
  everywhere?(): Promise<WebhookResponse>;
}

/** Remembers for at least a day which deliveries were done. */
export interface Deliveries {
  /** `key` is a SHA-256. */
  has(key: string): Promise<boolean>;
  remember(key: string): Promise<void>;
}

export interface WebhookPorts {
  /** By name. */
  readonly webhooks: ReadonlyMap<string, CompiledWebhook>;
  /** Loads the module of a vendor that one of the webhooks has. */
  vendorOf(name: VendorName): Promise<Vendor>;
  /** One secret, or two while it is being changed. Never none. */
  secretsOf(name: string): readonly string[];
  readonly naming: PageNaming;
  readonly deliveries: Deliveries;
  /**
   * Does the same as a request to the API.
   *
   * `settleSeconds`: after which the same is revalidated once more; 0: it is not. `wait`: whether `everywhere` will be
   * asked for.
   */
  revalidate(
    revalidation: Revalidation,
    how: Pick<CompiledWebhook, 'settleSeconds' | 'wait'>,
  ): Promise<RevalidationResponse>;
  readonly log: Log;
}

/** What Lambda takes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** The webhook that was called. */
interface Webhook extends Pick<CompiledWebhook, 'options' | 'rules' | 'settleSeconds' | 'wait'> {
  readonly name: string;
  readonly vendor: Vendor;
}

/** `now` in epoch milliseconds. */
export async function receiveWebhook(
  name: string,
  request: WebhookRequest,
  now: number,
  ports: WebhookPorts,
): Promise<WebhookResponse> {
  const compiled = ports.webhooks.get(name);
  if (compiled === undefined) return refuse(404, 'there is no webhook of this name');
  const bytes = request.body.byteLength;
  if (bytes > MAX_BODY_BYTES) return refuse(413, `the body has ${bytes} bytes, more than ${MAX_BODY_BYTES}`);
  const webhook: Webhook = { ...compiled, name, vendor: await ports.vendorOf(compiled.vendor) };
  if (webhook.vendor.isPing?.(request)) return { status: 200, body: { ping: true } };
  const why = whyRefused(webhook, request, now, ports.secretsOf(name));
  if (why !== undefined) {
    ports.log('warn', 'refused a webhook', { webhook: name, why });
    return refuse(401, 'unauthorized');
  }
  try {
    return await act(webhook, request, parsePayload(request.body), ports);
  } catch (error) {
    if (error instanceof IsrError && error.code === 'INVALID_REQUEST') return refuse(400, error.message);
    throw error;
  }
}

async function act(
  webhook: Webhook,
  request: WebhookRequest,
  payload: object,
  ports: WebhookPorts,
): Promise<WebhookResponse> {
  const { name, vendor, options, rules } = webhook;
  const changes = vendor.changesIn(request, payload, options);
  const { revalidation, skipped, isForWantOfAnEntry } = wantedBy(rules, changes, payload, ports.naming);
  for (const each of skipped) ports.log('warn', 'left out a part of a rule', { webhook: name, ...each });
  if (isForWantOfAnEntry) {
    const message = 'the payload does not say which entry changed: everything is revalidated';
    ports.log('warn', message, { webhook: name, ...describe(changes) });
  }
  if (revalidation === undefined) {
    ports.log('info', 'ignored a webhook', { webhook: name, ...describe(changes) });
    return { status: 202, body: { ignored: true, reason: 'no rule is for this change' } };
  }
  const delivery = vendor.deliveryOf(request, payload, options);
  const key = delivery === undefined ? undefined : sha256(`${name}\n${delivery}`);
  if (key !== undefined && (await ports.deliveries.has(key))) {
    ports.log('info', 'ignored a replay', { webhook: name, ...describe(changes) });
    return { status: 200, body: { replayed: true } };
  }
  const { everywhere, ...response } = await ports.revalidate(revalidation, webhook);
  // Only now, so that a second try after a failure is not taken for a replay. And not after the wait: a vendor who does
  // not have that much patience sends it again meanwhile.
  if (key !== undefined && response.status < 300) await ports.deliveries.remember(key);
  return (await everywhere?.()) ?? response;
}

/** Tries every secret, so that the time does not show which one matched. */
function whyRefused(
  { name, vendor, options }: Webhook,
  request: WebhookRequest,
  now: number,
  secrets: readonly string[],
): string | undefined {
  // With an empty secret, anybody could sign.
  if (secrets.length === 0 || secrets.includes('')) {
    throw new IsrError('INVALID_CONFIGURATION', `the webhook '${name}' has no secret; deploy the stack again`);
  }
  const verdicts = secrets.map((secret) => vendor.verify(request, secret, now, options));
  if (verdicts.some((verdict) => verdict.isGenuine)) return undefined;
  return verdicts.flatMap((verdict) => (verdict.isGenuine ? [] : [verdict.why]))[0];
}

function parsePayload(body: Buffer): object {
  const payload = parseJsonBody(body, 'have the webhook send application/json');
  const faults = new Faults('the body');
  return faults.accept(fieldsOf(faults.in(payload).secret, 'a JSON object'), 'INVALID_REQUEST');
}

/** A short description for the log. */
function describe(changes: readonly Fields[]): object {
  const { event, type, id } = changes[0] ?? {};
  return { event, type, id, changes: changes.length };
}

function refuse(status: number, error: string): WebhookResponse {
  return { status, body: { error } };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
