import { XMLBuilder, XMLParser } from '../../../vendor/xml.ts';
import type { Invalidation } from '../invalidation/log.ts';

const NAMESPACE = 'http://cloudfront.amazonaws.com/doc/2020-05-31/';

// Values stay text: a path may look like a number.
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  htmlEntities: true,
  isArray: (name) => name === 'Path',
});
const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });

export interface InvalidationBatch {
  readonly quantity: number;
  readonly items: readonly string[];
  readonly callerReference: string;
}

/** The batch of a CreateInvalidation, or undefined for a body that is none. */
export function parseInvalidationBatch(body: string): InvalidationBatch | undefined {
  const batch = at(parseXml(body), 'InvalidationBatch');
  const paths = at(batch, 'Paths');
  const quantity = at(paths, 'Quantity');
  const callerReference = at(batch, 'CallerReference');
  if (typeof quantity !== 'string' || typeof callerReference !== 'string') return undefined;
  const items = at(at(paths, 'Items'), 'Path');
  return { quantity: Number(quantity), items: Array.isArray(items) ? items.map(String) : [], callerReference };
}

function parseXml(body: string): unknown {
  try {
    return parser.parse(body);
  } catch {
    return undefined;
  }
}

function at(node: unknown, name: string): unknown {
  return typeof node === 'object' && node !== null ? (node as Record<string, unknown>)[name] : undefined;
}

export function invalidationXml(invalidation: Invalidation, status: 'InProgress' | 'Completed'): string {
  return document('Invalidation', {
    ...summaryOf(invalidation, status),
    InvalidationBatch: {
      Paths: { Quantity: invalidation.items.length, Items: { Path: invalidation.items } },
      CallerReference: invalidation.callerReference,
    },
  });
}

export interface InvalidationPage {
  readonly marker: string;
  readonly maxItems: number;
  readonly items: readonly Invalidation[];
  /** Undefined on the last page. */
  readonly nextMarker: string | undefined;
}

export function invalidationListXml({ marker, maxItems, items, nextMarker }: InvalidationPage): string {
  return document('InvalidationList', {
    Marker: marker,
    ...(nextMarker === undefined ? {} : { NextMarker: nextMarker }),
    MaxItems: maxItems,
    IsTruncated: nextMarker !== undefined,
    Quantity: items.length,
    Items: { InvalidationSummary: items.map((item) => summaryOf(item, item.status)) },
  });
}

export function errorXml(code: string, message: string, requestId: string): string {
  return document('ErrorResponse', { Error: { Type: 'Sender', Code: code, Message: message }, RequestId: requestId });
}

function summaryOf({ id, createdAt }: Invalidation, status: string): object {
  return { Id: id, Status: status, CreateTime: new Date(createdAt).toISOString() };
}

function document(root: string, content: object): string {
  return `<?xml version="1.0"?>\n${builder.build({ [root]: { '@xmlns': NAMESPACE, ...content } })}`;
}
