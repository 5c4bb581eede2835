import { createHash } from 'node:crypto';
import { isJsonObject } from '../../basics/json-object.ts';
import { invalidParameter } from './errors.ts';

export interface MessageAttribute {
  /** `String`, `Number` or `Binary`, and a label of the sender's: `Number.int`. */
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64, as on the wire. */
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

const MAX_ATTRIBUTES = 10;

/** Throws ApiError for what SQS refuses: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
export function parseMessageAttributes(given: Readonly<Record<string, unknown>>): MessageAttributes {
  const entries = Object.entries(given).map(([name, value]) => [name, parseAttribute(name, value)] as const);
  if (entries.length > MAX_ATTRIBUTES) {
    const reason = `Number of message attributes [${entries.length}] exceeds the allowed maximum [${MAX_ATTRIBUTES}].`;
    throw invalidParameter('MessageAttributes', entries.length, reason);
  }
  return Object.fromEntries(entries);
}

function parseAttribute(name: string, value: unknown): MessageAttribute {
  const { DataType, StringValue, BinaryValue } = isJsonObject(value) ? value : {};
  const kind = typeof DataType === 'string' ? /^(String|Number|Binary)(\..+)?$/.exec(DataType)?.[1] : undefined;
  const content = kind === 'Binary' ? BinaryValue : StringValue;
  if (kind === undefined || typeof content !== 'string' || content === '') {
    const reason = 'It must have a DataType of String, Number or Binary, and a value of that type.';
    throw invalidParameter(`MessageAttributes.${name}`, JSON.stringify(value), reason);
  }
  const type = { DataType: String(DataType) };
  return kind === 'Binary' ? { ...type, BinaryValue: content } : { ...type, StringValue: content };
}

/** Name, type and value of each count towards the size of their message. */
export function bytesOf(attributes: MessageAttributes): number {
  return Object.entries(attributes)
    .map(
      ([name, attribute]) =>
        Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType) + bytesOfValue(attribute).length,
    )
    .reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * Of names in order, each part behind its length; undefined without attributes:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const updateWith = (part: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    hash.update(length).update(part);
  };
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    updateWith(Buffer.from(name));
    updateWith(Buffer.from(attribute.DataType));
    hash.update(Buffer.from([attribute.BinaryValue === undefined ? 1 : 2]));
    updateWith(bytesOfValue(attribute));
  }
  return hash.digest('hex');
}

function bytesOfValue({ StringValue = '', BinaryValue }: MessageAttribute): Buffer {
  return BinaryValue === undefined ? Buffer.from(StringValue) : Buffer.from(BinaryValue, 'base64');
}

/** Those that `MessageAttributeNames` asks for: names, `prefix.*`, `.*` or `All`. */
export function selectAttributes(attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes {
  if (wanted.includes('All') || wanted.includes('.*')) return attributes;
  const prefixes = wanted.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -1));
  return Object.fromEntries(
    Object.entries(attributes).filter(
      ([name]) => wanted.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)),
    ),
  );
}
