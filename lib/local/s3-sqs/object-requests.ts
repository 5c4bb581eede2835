import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiCall } from './actions.ts';
import { CARRIED_HEADER, carriedBy, carriedOfHeader } from './carried.ts';
import { deleteObjects } from './delete-objects.ts';
import { S3Error, type StoredObject } from './fauxqs.ts';
import { listObjects } from './listing.ts';
import type { LocalObjectStore } from './object-store.ts';
import { carryInHeaders, checkDigests, checkKey, checkMetadata, checkSignedBody, receiveBody } from './object-write.ts';
import { judgeChange, judgeRead } from './preconditions.ts';
import { describeTags, tagsOfHeader } from './tagging.ts';

interface ObjectRequest {
  readonly http: FastifyRequest;
  readonly reply: FastifyReply;
  readonly store: LocalObjectStore;
  readonly bucket: string;
  readonly key: string;
}

/** Answers itself, or prepares the request for fauxqs (`pass`). Throws S3Error to refuse. */
type Step = (request: ObjectRequest) => 'pass' | 'answered';

const STEPS: Readonly<Record<string, Step>> = {
  GetObject: read,
  HeadObject: read,
  PutObject: put,
  CopyObject: copy,
  CreateMultipartUpload: prepareMetadata,
  UploadPart: receivePart,
  CompleteMultipartUpload: change,
  DeleteObject: change,
  GetObjectTagging: ({ reply, store, bucket, key }) =>
    answerXml(reply, describeTags(carriedBy(existing(store, bucket, key)).tagging)),
  ListObjectsV2: ({ http, reply, store, bucket }) =>
    answerXml(reply, listObjects(store, bucket, http.query as Record<string, string>)),
  DeleteObjects: ({ http, reply, store, bucket }) =>
    answerXml(reply, deleteObjects(store, bucket, String(receiveBody(http.headers, http.body)))),
};

/**
 * Gives S3 requests the behaviour that fauxqs lacks. Each step and fauxqs's own handler run in one turn of the event
 * loop, so that nothing comes between a precondition and its write.
 */
export function extendObjectRequests(
  app: FastifyInstance,
  store: LocalObjectStore,
  callOf: (request: FastifyRequest) => ApiCall | undefined,
): void {
  app.addHook('preHandler', (http, reply, done) => {
    const call = callOf(http);
    const step = call?.service === 's3' ? STEPS[call.action] : undefined;
    const { bucket = '', '*': key = '' } = http.params as { bucket?: string; '*'?: string };
    try {
      if (step === undefined || step({ http, reply, store, bucket, key }) === 'pass') done();
    } catch (error) {
      if (!(error instanceof S3Error)) return done(error as Error);
      reply.code(error.statusCode).type('application/xml');
      reply.send(http.method === 'HEAD' ? '' : error.toXml());
    }
  });
  app.addHook('onSend', (http, reply, _payload, done) => {
    const action = callOf(http)?.action;
    if (action === 'GetObject' || action === 'HeadObject') describeCarried(reply);
    done();
  });
}

function read({ http, reply, store, bucket, key }: ObjectRequest): 'pass' | 'answered' {
  const object = store.buckets.get(bucket)?.get(key);
  if (object === undefined) return 'pass';
  const verdict = judgeRead(http.headers, object);
  if (verdict === 'precondition-failed') throw preconditionFailed();
  if (verdict === 'not-modified') {
    reply.header('etag', object.etag).header('last-modified', object.lastModified.toUTCString());
    if (object.cacheControl !== undefined) reply.header('cache-control', object.cacheControl);
    const { expires } = carriedBy(object);
    if (expires !== undefined) reply.header('expires', expires);
    reply.code(304).send();
    return 'answered';
  }
  // Judged here already, and more exactly than fauxqs would.
  for (const name of ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since']) {
    delete http.headers[name];
  }
  http.headers.range = satisfiableRange(http.headers.range, object.contentLength);
  return 'pass';
}

/** S3 answers the whole object for a range that it cannot read (several ranges, other units), where fauxqs refuses. */
function satisfiableRange(range: string | undefined, length: number): string | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') return length > 0 && Number(last) > length ? 'bytes=0-' : range;
  return last !== '' && Number(last) < Number(first) ? undefined : range;
}

function put(request: ObjectRequest): 'pass' {
  receivePart(request);
  prepareMetadata(request);
  return change(request);
}

function copy(request: ObjectRequest): 'pass' {
  const { http, store } = request;
  const source = decodeURIComponent(String(http.headers['x-amz-copy-source'])).replace(/^\//, '');
  const slash = source.indexOf('/');
  const copied = existing(store, source.slice(0, slash), source.slice(slash + 1));
  checkKey(request.key);
  checkMetadata(http.headers);
  carryInHeaders(http.headers, copied);
  return change(request);
}

function prepareMetadata({ http, key }: ObjectRequest): 'pass' {
  checkKey(key);
  checkMetadata(http.headers);
  carryInHeaders(http.headers);
  return 'pass';
}

function receivePart({ http }: ObjectRequest): 'pass' {
  const sent = Buffer.isBuffer(http.body) ? http.body : Buffer.alloc(0);
  checkSignedBody(http.headers, sent);
  const body = receiveBody(http.headers, sent);
  checkDigests(http.headers, body);
  http.body = body;
  return 'pass';
}

function change({ http, store, bucket, key }: ObjectRequest): 'pass' {
  switch (judgeChange(http.headers, store.find(bucket, key))) {
    case 'change':
      return 'pass';
    case 'precondition-failed':
      throw preconditionFailed();
    case 'no-such-key':
      throw noSuchKey();
    case 'not-implemented':
      throw new S3Error(
        'NotImplemented',
        `A header you provided implies functionality that is not implemented: If-None-Match '${http.headers['if-none-match']}' (S3 takes '*')`,
        501,
      );
  }
}

function describeCarried(reply: FastifyReply): void {
  const carried = carriedOfHeader(reply.getHeader(CARRIED_HEADER));
  reply.removeHeader(CARRIED_HEADER);
  if (carried.expires !== undefined) reply.header('expires', carried.expires);
  if (carried.tagging !== undefined) reply.header('x-amz-tagging-count', tagsOfHeader(carried.tagging).length);
  for (const name of carried.emptyMetadata ?? []) reply.header(`x-amz-meta-${name}`, '');
  if (reply.statusCode < 300) reply.header('accept-ranges', 'bytes');
}

function existing(store: LocalObjectStore, bucket: string, key: string): StoredObject {
  const object = store.find(bucket, key);
  if (object === undefined) throw noSuchKey();
  return object;
}

function answerXml(reply: FastifyReply, xml: string): 'answered' {
  reply.type('application/xml').send(xml);
  return 'answered';
}

function noSuchKey(): Error {
  return new S3Error('NoSuchKey', 'The specified key does not exist.', 404);
}

function preconditionFailed(): Error {
  return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
}
