import { lookup as resolve } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { reasonOf } from '../basics/errors.ts';
import { addressKind } from './addresses.ts';
import type { Refusal } from './image-request.ts';
import type { ImageService } from './image-service.ts';
import type { ImageSource } from './ports.ts';

export const MAX_SOURCE_BYTES = 25 * 1024 * 1024;
const MAX_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];

export interface RemoteOptions {
  readonly rules: Pick<ImageService, 'isAllowed' | 'namesHost'>;
  /** For the whole of a source, redirects included. */
  readonly timeoutMs: number;
  /** `127.0.0.1:9001`: what a function asks for its work must not be asked by anybody else. */
  readonly forbiddenHost: string | undefined;
}

class Refused extends Error {
  readonly refusal: Refusal;
  constructor(status: Refusal['status'], problem: string) {
    super(problem);
    this.refusal = { status, problem };
  }
}

/**
 * Gets an image of another site. Each hop of a redirect has to be allowed as the first one, and what a name resolves to
 * is looked at right where the connection is made: a name cannot mean one address when it is checked and another one then.
 *
 * @param etag of the version that is known, for an answer `unchanged`
 */
export async function fetchRemote(
  url: string,
  etag: string | undefined,
  options: RemoteOptions,
): Promise<ImageSource | Refusal> {
  const signal = AbortSignal.timeout(options.timeoutMs);
  try {
    let target = url;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      if (!options.rules.isAllowed(target)) throw notAllowed(target);
      if (target.startsWith('data:')) return await inlineSource(target);
      const message = await ask(new URL(target), etag, options, signal);
      const { location } = message.headers;
      if (!REDIRECTS.includes(message.statusCode ?? 0) || location === undefined)
        return await sourceOf(message, target);
      message.destroy();
      target = new URL(location, target).href;
    }
    throw new Refused(422, `${url} redirects more than ${MAX_REDIRECTS} times`);
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    return { status: 500, problem: `${url} cannot be fetched: ${reasonOf(error)}` };
  }
}

function ask(
  url: URL,
  etag: string | undefined,
  { rules, forbiddenHost }: RemoteOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const check = (address: string): void => {
    const kind = addressKind(address);
    const isNamed = kind === 'private' && rules.namesHost(url.hostname);
    if (kind !== 'public' && !isNamed) throw notAllowed(url.href);
    if (kind === 'private' && url.port !== '' && forbiddenHost?.endsWith(`:${url.port}`)) throw notAllowed(url.href);
  };
  // A literal address is connected to without a lookup.
  if (isIP(host) !== 0) check(host);
  const options: RequestOptions = {
    headers: { accept: 'image/*', ...(etag === undefined ? {} : { 'if-none-match': etag }) },
    lookup: checkedLookup(check),
    signal,
  };
  return new Promise((settle, fail) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    send(url, options, settle).once('error', fail).end();
  });
}

function checkedLookup(check: (address: string) => void): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      try {
        for (const { address } of addresses) check(address);
      } catch (refused) {
        return callback(refused as Error, '');
      }
      const [first] = addresses;
      if (options.all === true || first === undefined) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

async function sourceOf(message: IncomingMessage, url: string): Promise<ImageSource | Refusal> {
  const headers = new Headers(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
  const status = message.statusCode ?? 0;
  if (status === 304) {
    message.destroy();
    return { kind: 'unchanged', headers };
  }
  if (status !== 200) {
    message.destroy();
    const isGone = status === 404 || status === 410;
    throw new Refused(isGone ? 404 : 500, `${url} was answered ${status}`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_SOURCE_BYTES) throw tooLarge(url);
    chunks.push(chunk as Buffer);
  }
  return { kind: 'bytes', bytes: Buffer.concat(chunks), headers };
}

async function inlineSource(url: string): Promise<ImageSource> {
  const response = await fetch(url);
  return { kind: 'bytes', bytes: Buffer.from(await response.arrayBuffer()), headers: response.headers };
}

export function tooLarge(href: string): Refused {
  return new Refused(413, `${href} has more than ${MAX_SOURCE_BYTES / 1024 / 1024} MB`);
}

function notAllowed(url: string): Refused {
  return new Refused(403, `${url} is not allowed: name its host in 'image.domains' or 'image.remotePatterns'`);
}
