import type { EdgeRequest } from '../message/edge-request.ts';
import { type Fields, fieldOf } from '../message/fields.ts';
import { parseCookies, parseQuery, type RawParameter } from '../message/query-string.ts';
import type { FunctionEventType } from './edge-function.ts';
import { isDisallowed } from './restricted-headers.ts';

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html

export interface EventValue {
  readonly value: string;
  readonly multiValue?: readonly { readonly value: string }[];
}

export type EventValues = Record<string, EventValue>;

export interface EventRequest {
  readonly method: string;
  readonly uri: string;
  readonly querystring: EventValues;
  readonly headers: EventValues;
  readonly cookies: EventValues;
}

export interface EventCookie extends EventValue {
  readonly attributes?: string;
  readonly multiValue?: readonly { readonly value: string; readonly attributes?: string }[];
}

export interface EventResponse {
  readonly statusCode: number;
  readonly statusDescription: string;
  readonly headers: EventValues;
  readonly cookies: Record<string, EventCookie>;
}

export interface EventContext {
  readonly distributionDomainName: string;
  readonly distributionId: string;
  readonly requestId: string;
}

export function eventOf(
  eventType: FunctionEventType,
  context: EventContext,
  request: EdgeRequest,
  response?: EventResponse,
): object {
  return {
    version: '1.0',
    context: { ...context, endpoint: context.distributionDomainName, eventType },
    viewer: { ip: request.viewer.address },
    request: eventRequestOf(request),
    ...(response === undefined ? {} : { response }),
  };
}

function eventRequestOf(request: EdgeRequest): EventRequest {
  return {
    method: request.method,
    uri: request.uri,
    querystring: querystringOf(request.query),
    headers: visibleHeaders(request.headers, 'cookie'),
    cookies: grouped(parseCookies(fieldOf(request.headers, 'cookie'))),
  };
}

export function eventResponseOf(status: number, statusText: string, headers: Readonly<Fields>): EventResponse {
  const cookies = [headers['set-cookie'] ?? []].flat().map((line) => {
    const [pair = '', ...attributes] = line.split(';');
    const equals = pair.indexOf('=');
    const name = pair.slice(0, Math.max(equals, 0)).trim();
    return { name, value: pair.slice(equals + 1).trim(), attributes: attributes.join(';').trim() };
  });
  return {
    statusCode: status,
    statusDescription: statusText,
    headers: visibleHeaders(headers, 'set-cookie'),
    cookies: grouped(cookies),
  };
}

/** Names and values as they stand in the URL: CloudFront decodes nothing. */
export function querystringOf(query: string): EventValues {
  return grouped(parseQuery(query).map(({ name, value }: RawParameter) => ({ name, value: value ?? '' })));
}

function visibleHeaders(headers: Readonly<Fields>, cookieHeader: string): EventValues {
  const visible: EventValues = {};
  for (const name of Object.keys(headers)) {
    const value = fieldOf(headers, name);
    if (value !== undefined && name !== cookieHeader && !isDisallowed(name)) visible[name] = { value };
  }
  return visible;
}

function grouped<T extends { readonly name: string; readonly value: string }>(
  items: readonly T[],
): Record<string, Omit<T, 'name'> & EventValue> {
  // Without a prototype: a parameter may be called `__proto__`.
  const groups: Record<string, Omit<T, 'name'> & EventValue> = Object.create(null);
  for (const { name, ...item } of items) {
    const first = groups[name];
    groups[name] =
      first === undefined ? item : { ...first, multiValue: [...(first.multiValue ?? [{ ...first }]), item] };
  }
  return groups;
}
