import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { LocalEvent } from '../events.ts';
import { type ApiCall, apiCallOf } from './actions.ts';
import { buildApp, PersistenceManager, S3Error, SnsStore, SqsError } from './fauxqs.ts';
import { extendObjectRequests } from './object-requests.ts';
import { LocalObjectStore } from './object-store.ts';
import type { ServiceCalls } from './protocol.ts';
import { extendQueueRequests } from './queue-requests.ts';
import { LocalQueueStore } from './queue-store.ts';
import { type Credentials, signatureFaultOf } from './signature.ts';

const HOST = '127.0.0.1';
const ACCOUNT_ID = '000000000000';
/** The largest body of one PutObject that S3 takes is 5 GiB; a Buffer ends before that. */
const MAX_BODY_BYTES = 1024 ** 3;

export interface ServiceOptions {
  readonly port: number;
  readonly dataDirectory: string | undefined;
  readonly credentials: Credentials | undefined;
  readonly report: (event: LocalEvent) => void;
}

/** The server inside its thread. */
export async function startService(options: ServiceOptions): Promise<ServiceCalls> {
  const { port, dataDirectory, credentials, report } = options;
  let url = '';
  const queues = new LocalQueueStore((name) => `${url}/${ACCOUNT_ID}/${name}`);
  const objects = new LocalObjectStore();
  const persistence = dataDirectory === undefined ? undefined : new PersistenceManager(dataDirectory);
  // Loaded before it is wired: a store that persists would write back what it reads.
  persistence?.loadS3(objects);
  objects.persistence = persistence;
  const app = buildApp({ logger: false, stores: { sqsStore: queues, snsStore: new SnsStore(), s3Store: objects } });
  const bodyOf = acceptEveryBody(app);
  refuseUnknownCalls(app);
  if (credentials !== undefined) checkSignatures(app, credentials, bodyOf);
  extendObjectRequests(app, objects, callOf);
  extendQueueRequests(app, queues, callOf);
  reportCalls(app, report);
  url = await app.listen({ port, host: HOST });
  return {
    url: async () => url,
    createBucket: async (name) => objects.createBucket(name),
    createQueue: async (name, attributes) => {
      const queue = queues.ensureQueue(name, attributes);
      return { url: queue.url, arn: queue.arn };
    },
    stop: async () => {
      await app.close();
      persistence?.close();
    },
  };
}

/**
 * fauxqs reads some content types as requests to SQS or SNS, even of an object, and stops at 11 MiB.
 *
 * @returns the body of a request as it came
 */
function acceptEveryBody(app: FastifyInstance): (request: FastifyRequest) => Buffer {
  const bodies = new WeakMap<FastifyRequest, Buffer>();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (request, body, done) => {
    bodies.set(request, body);
    if (request.headers['x-amz-target'] === undefined) return done(null, body);
    try {
      done(null, JSON.parse(body.toString()));
    } catch (error) {
      done(Object.assign(error as Error, { statusCode: 400 }));
    }
  });
  return (request) => bodies.get(request) ?? Buffer.alloc(0);
}

/** Requests without a signature pass: they are CloudFront's and the inspector's, whose rights are no matter here. */
function checkSignatures(
  app: FastifyInstance,
  credentials: Credentials,
  bodyOf: (request: FastifyRequest) => Buffer,
): void {
  app.addHook('preHandler', (request, reply, done) => {
    const { method, headers, raw } = request;
    if (headers.authorization === undefined) return done();
    const fault = signatureFaultOf({ method, url: raw.url ?? '', headers, body: bodyOf(request) }, credentials);
    if (fault === undefined) return done();
    const message = `the signature of ${method} ${raw.url} is not the one that AWS would compute`;
    reply.code(403);
    if (callOf(request)?.service === 'sqs') {
      reply.type('application/x-amz-json-1.0').send(new SqsError(fault, message, 403).toJSON());
    } else {
      reply.type('application/xml').send(method === 'HEAD' ? '' : new S3Error(fault, message, 403).toXml());
    }
  });
}

function refuseUnknownCalls(app: FastifyInstance): void {
  app.addHook('preHandler', (request, reply, done) => {
    if (callOf(request) !== undefined || isOwnPage(request)) return done();
    const message = `the local S3 and SQS do not implement ${request.method} ${request.url}`;
    reply
      .code(501)
      .type('application/xml')
      .send(new S3Error('NotImplemented', message, 501).toXml());
  });
}

/** Reported before the answer leaves, so that who has the answer finds the call counted. */
function reportCalls(app: FastifyInstance, report: (event: LocalEvent) => void): void {
  app.addHook('onSend', (request, reply, _payload, done) => {
    // Node writes this header from the machine's clock, even where `Date` is moved.
    reply.header('date', new Date().toUTCString());
    const call = callOf(request);
    if (call !== undefined) report({ kind: 'api-call', at: Date.now(), ...call, status: reply.statusCode });
    done();
  });
}

function callOf(request: FastifyRequest): ApiCall | undefined {
  if (isOwnPage(request)) return undefined;
  const { bucket, '*': key } = (request.params ?? {}) as { bucket?: string; '*'?: string };
  const query = (request.query ?? {}) as Readonly<Record<string, unknown>>;
  return apiCallOf({ method: request.method, headers: request.headers, bucket, key, query, body: request.body });
}

/** fauxqs's pages about itself. */
function isOwnPage({ url }: FastifyRequest): boolean {
  return url === '/health' || url.startsWith('/_fauxqs/');
}
