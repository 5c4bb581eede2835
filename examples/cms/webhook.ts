import { createHmac } from 'node:crypto';

/** What the CMS says happened. */
export interface Change {
  readonly event: 'update';
  readonly type: 'post';
  readonly id: string;
  readonly slug: string;
}

export interface WebhookTarget {
  /** `POST <revalidate URL>/webhooks/<name>`. */
  readonly url: string;
  readonly secret: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What was sent, and what came back. */
export interface Delivery {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly status: number;
  /** JSON as it came, or the text when it is none. */
  readonly response: unknown;
  readonly milliseconds: number;
}

/** The function's timeout: the site may wait until the page is live everywhere. */
const TIMEOUT_MS = 300_000;

export async function deliver(change: Change, { url, secret, now }: WebhookTarget): Promise<Delivery> {
  const body = JSON.stringify(change);
  const headers = { 'content-type': 'application/json', ...sign(body, secret, now()) };
  const begun = performance.now();
  const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const received = parseBody(await response.text());
  const milliseconds = Math.round(performance.now() - begun);
  return { url, headers, body, status: response.status, response: received, milliseconds };
}

/**
 * The time is signed too, so that nobody can send an old message again with a new time. In milliseconds: two changes
 * within one second are two messages, not one and its replay.
 */
function sign(body: string, secret: string, now: number): Record<string, string> {
  const timestamp = String(now);
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-timestamp': timestamp, 'x-signature': signature };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
