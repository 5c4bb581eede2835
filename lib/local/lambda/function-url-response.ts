import type { Readable } from 'node:stream';
import { isJsonObject } from '../../basics/json-object.ts';
import { LambdaError } from './lambda-error.ts';

/** Status and headers of a response to a function URL. */
export interface FunctionUrlHead {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

export interface FunctionUrlResponse extends FunctionUrlHead {
  readonly body: Buffer;
}

export const MALFORMED_RESPONSE = 'Function.MalformedResponse';

const PRELUDE_CONTENT_TYPE = 'application/vnd.awslambda.http-integration-response';
const PRELUDE_END = Buffer.alloc(8);
const MAXIMUM_PRELUDE_BYTES = 16 * 1024;

/** Headers that Lambda sets itself; the function's own value travels as `x-amzn-remapped-<name>`. */
const REMAPPED = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'server',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Payload format 2.0: an object with a `statusCode` is the response, anything else is the body of one.
 * See https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload.
 */
export function responseOfPayload(payload: Buffer): FunctionUrlResponse {
  const value = parsed(payload.toString());
  if (!isJsonObject(value) || !('statusCode' in value)) {
    const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const { isBase64Encoded } = value;
  const body = value.body ?? '';
  if (typeof body !== 'string') throw malformed(`'body' must be a string, got ${JSON.stringify(body)}`);
  return {
    ...headOf(value, 'application/json'),
    body: Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** Takes the head off a streamed response; what is left in `body` is the body of the HTTP response. */
export async function headOfStream(contentType: string, body: Readable): Promise<FunctionUrlHead> {
  if (contentType !== PRELUDE_CONTENT_TYPE) return { statusCode: 200, headers: { 'content-type': contentType } };
  const prelude = await takePrelude(body);
  // The runtime client sends the prelude with the first write. A handler that only calls `end()` has sent none, and Lambda
  // answers 200 whatever the status was to be: https://github.com/middyjs/middy/issues/1189
  if (prelude === undefined) return { statusCode: 200, headers: { 'content-type': 'application/octet-stream' } };
  const value = parsed(prelude.toString());
  if (!isJsonObject(value)) throw malformed(`the prelude must be an object, got ${prelude}`);
  return headOf({ statusCode: 200, ...value }, 'application/octet-stream');
}

async function takePrelude(body: Readable): Promise<Buffer | undefined> {
  let received = Buffer.alloc(0);
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    received = Buffer.concat([received, chunk as Buffer]);
    const end = received.indexOf(PRELUDE_END);
    if (end >= 0) {
      const rest = received.subarray(end + PRELUDE_END.length);
      if (rest.length > 0) body.unshift(rest);
      return received.subarray(0, end);
    }
    if (received.length > MAXIMUM_PRELUDE_BYTES) break;
  }
  if (received.length === 0) return undefined;
  body.destroy();
  throw malformed(`no end of the prelude (8 NUL bytes) in the first ${received.length} bytes`);
}

function headOf(value: Readonly<Record<string, unknown>>, defaultType: string): FunctionUrlHead {
  const { statusCode } = value;
  const given = value.headers ?? {};
  const cookies = value.cookies ?? [];
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw malformed(`'statusCode' must be an HTTP status, got ${JSON.stringify(statusCode)}`);
  }
  if (!isJsonObject(given)) throw malformed(`'headers' must be an object, got ${JSON.stringify(given)}`);
  if (!Array.isArray(cookies)) throw malformed(`'cookies' must be a list, got ${JSON.stringify(cookies)}`);
  const headers: Record<string, string | string[]> = { 'content-type': defaultType };
  for (const [name, text] of Object.entries(given)) {
    const lowerCase = name.toLowerCase();
    headers[REMAPPED.has(lowerCase) ? `x-amzn-remapped-${lowerCase}` : lowerCase] = String(text);
  }
  if (cookies.length > 0) headers['set-cookie'] = [headers['set-cookie'] ?? [], cookies].flat(2).map(String);
  return { statusCode: status, headers };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw malformed(`not JSON: ${json.slice(0, 100)}`);
  }
}

/** Lambda answers 502 and does not say why; the local stack's log does. */
function malformed(reason: string): LambdaError {
  return new LambdaError('function', MALFORMED_RESPONSE, `the function's response is no HTTP response: ${reason}`);
}
