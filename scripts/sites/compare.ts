import { type Answer, typeOf } from './ask.ts';
import type { Pair, Servers } from './crawl.ts';

export interface Difference {
  readonly path: string;
  /** `status`, `header <name>` or `body`. */
  readonly what: string;
  readonly node: string;
  readonly isr: string;
}

/** Headers that tell of the connection, of the server or of caches: no page decides them. */
const NOT_COMPARED = new Set([
  'accept-ranges',
  'age',
  'cache-status',
  'connection',
  'content-length',
  'date',
  'etag',
  'keep-alive',
  'last-modified',
  'transfer-encoding',
  'via',
  'x-amz-cf-id',
  'x-amz-cf-pop',
  'x-cache',
  'x-isr-cache',
]);
const TEXT = /^(?:text\/|application\/(?:json|javascript|xml)|.+\+(?:json|xml))/;
const SHOWN = 90;

/** How the two answers differ. With another status, nothing else is worth a line. */
export function differencesOf(
  { path, node, isr }: Pair,
  servers: Servers,
  varying: readonly string[],
): readonly Difference[] {
  if (node.status !== isr.status) return [{ path, what: 'status', node: tell(node), isr: tell(isr) }];
  const names = new Set([...Object.keys(node.headers), ...Object.keys(isr.headers)]);
  const headers = [...names].filter((name) => !NOT_COMPARED.has(name)).sort();
  const inHeaders = headers.flatMap((name) => {
    const [left, right] = [headerOf(node, name, servers.node), headerOf(isr, name, servers.isr)];
    return left === right ? [] : [{ path, what: `header ${name}`, node: left, isr: right }];
  });
  return [...inHeaders, ...inBodies({ path, node, isr }, servers, varying)];
}

function tell({ status, headers }: Answer): string {
  return headers.location === undefined ? String(status) : `${status} ${headers.location}`;
}

function headerOf({ headers }: Answer, name: string, origin: string): string {
  const value = headers[name];
  return value === undefined ? '(none)' : withoutOrigin([value].flat().join(', '), origin);
}

function inBodies({ path, node, isr }: Pair, servers: Servers, varying: readonly string[]): readonly Difference[] {
  if (node.body.equals(isr.body)) return [];
  if (!TEXT.test(typeOf(node)) && !TEXT.test(typeOf(isr))) {
    const told = ({ body }: Answer) => `${body.length} bytes`;
    return [{ path, what: 'body', node: told(node), isr: told(isr) }];
  }
  const left = masked(node.body.toString('utf8'), servers.node, varying);
  const right = masked(isr.body.toString('utf8'), servers.isr, varying);
  if (left === right) return [];
  const at = firstDifference(left, right);
  const around = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 30), at + SHOWN));
  return [{ path, what: 'body', node: around(left), isr: around(right) }];
}

function firstDifference(left: string, right: string): number {
  for (let at = 0; ; at++) if (left[at] !== right[at]) return at;
}

/** What differs from one render to the next, or from one server to the other, by its nature. */
function masked(text: string, origin: string, varying: readonly string[]): string {
  const same = varying.reduce((rest, pattern) => rest.replace(new RegExp(pattern, 'g'), '<varying>'), text);
  return withoutOrigin(same, origin)
    .replace(/(<astro-island uid=")[^"]+/g, '$1')
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>');
}

function withoutOrigin(text: string, origin: string): string {
  const { host } = new URL(origin);
  return text.replaceAll(`http://${host}`, '<origin>').replaceAll(`https://${host}`, '<origin>');
}
