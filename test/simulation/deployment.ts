import { createHash } from 'node:crypto';
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createLive } from '../../lambdas/live/handler.ts';
import { createPurge } from '../../lambdas/purge/handler.ts';
import { createRender } from '../../lambdas/render/handler.ts';
import { createRevalidate } from '../../lambdas/revalidate/handler.ts';
import { createServe } from '../../lambdas/serve/handler.ts';
import type { ResponseHead, StreamedHandler } from '../../lambdas/shared/function-url.ts';
import type { EdgeConfig } from '../../lib/handover/edge-config.ts';
import { SITE_ADDRESS_KEY, type SiteAddress } from '../../lib/handover/site-address.ts';
import type { Bucket } from './aws/bucket.ts';
import type { FunctionCode, Handler, LambdaContext } from './aws/lambda.ts';
import type { SimulatedSandbox } from './aws/sandbox.ts';
import { TOKEN, type UrlAnswer, type UrlRequest } from './requests.ts';
import { WEBHOOK_ENVIRONMENT } from './webhooks.ts';

export const PURGE_QUEUE = 'purges';
export const JOB_QUEUE = 'jobs';
const ORIGIN_SECRET = 'only-cloudfront-knows';
const ADDRESS: SiteAddress = { distributionId: 'E1', url: 'https://example.com' };

/** What a deployment writes last, in its words. */
export function writeAddress(bucket: Bucket): void {
  bucket.put(SITE_ADDRESS_KEY, Buffer.from(JSON.stringify(ADDRESS)), {});
}

export interface DeploymentCode {
  readonly id: string;
  readonly serve: FunctionCode<UrlRequest, UrlAnswer>;
  readonly live: FunctionCode<UrlRequest, UrlAnswer>;
  readonly revalidate: FunctionCode<UrlRequest, UrlAnswer>;
  readonly render: FunctionCode<SQSEvent, SQSBatchResponse>;
  readonly purge: FunctionCode<SQSEvent, SQSBatchResponse>;
  readonly edge: EdgeConfig;
}

export type StartSandbox = (
  name: string,
  deployment: string,
  environment: Readonly<Record<string, string>>,
) => SimulatedSandbox;

/** The functions of one build, with the environment that the construct gives them. */
export function deploymentCode(id: string, allowQuery: readonly string[], start: StartSandbox): DeploymentCode {
  const tokenHash = createHash('sha256').update(TOKEN).digest('hex');
  const environment = {
    ISR_BUCKET: 'bucket',
    ISR_DEPLOYMENT_ID: id,
    ISR_TRAILING_SLASH: 'ignore',
    ISR_ALLOW_QUERY: allowQuery.join(','),
    ISR_EXPIRATION: '60',
    ISR_TOKEN_HASHES: tokenHash,
    ISR_HTML_ENDINGS: 'false',
    ISR_JOBS_QUEUE_URL: JOB_QUEUE,
    ISR_PURGE_QUEUE_URL: PURGE_QUEUE,
    ISR_RENDER_TIMEOUT_MS: '30000',
    ISR_ORIGIN_SECRET: ORIGIN_SECRET,
  };
  const code = <E, T>(
    name: string,
    create: (sandbox: SimulatedSandbox) => Handler<E, T>,
    more: Readonly<Record<string, string>> = {},
  ): FunctionCode<E, T> => ({
    deployment: id,
    start: () => {
      const sandbox = start(name, id, { ...environment, ...more });
      return { sandbox, handle: create(sandbox) };
    },
  });
  return {
    id,
    // The origin's timeout less two seconds.
    serve: code('serve', (sandbox) => streaming(createServe(sandbox)), {
      ISR_RENDER_TIMEOUT_MS: '13000',
      ISR_JOB_TIMEOUT_MS: '30000',
    }),
    live: code('live', (sandbox) => streaming(createLive(sandbox))),
    revalidate: code('revalidate', (sandbox) => buffered(createRevalidate(sandbox)), WEBHOOK_ENVIRONMENT),
    render: code('render', createRender),
    purge: code('purge', createPurge),
    edge: {
      prefix: `/deployments/${id}`,
      trailingSlash: 'ignore',
      hasHtmlEndings: false,
      allowQuery,
      tokenHashes: [tokenHash],
    },
  };
}

function streaming(handler: StreamedHandler): Handler<UrlRequest, UrlAnswer> {
  return async (request) => {
    const stream = new AnswerStream();
    await handler(eventOf(request), stream as unknown as NodeJS.WritableStream);
    const { statusCode, headers } = stream.head;
    return { status: statusCode, headers, body: stream.body };
  };
}

function buffered(
  handler: (event: LambdaFunctionURLEvent, context: LambdaContext) => Promise<LambdaFunctionURLResult>,
): Handler<UrlRequest, UrlAnswer> {
  return async (request, context) => {
    const result = await handler(eventOf(request), context);
    if (typeof result === 'string') return { status: 200, headers: {}, body: result };
    return { status: result.statusCode ?? 200, headers: {}, body: result.body ?? '' };
  };
}

function eventOf({ method, path, headers, body }: UrlRequest): LambdaFunctionURLEvent {
  const event = {
    rawPath: path,
    rawQueryString: '',
    headers: { ...headers, 'x-isr-origin-secret': ORIGIN_SECRET },
    requestContext: { domainName: 'example.com', http: { method, sourceIp: '198.51.100.7' } },
    isBase64Encoded: false,
    ...(body === undefined ? {} : { body }),
  };
  return event as unknown as LambdaFunctionURLEvent;
}

class AnswerStream {
  head: ResponseHead = { statusCode: 200, headers: {} };
  body = '';

  write(chunk: Uint8Array | string): boolean {
    this.body += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return true;
  }

  end(): void {}
}

/** As the runtime of Lambda gives it. */
export const awslambda = {
  HttpResponseStream: {
    from(stream: AnswerStream, head: ResponseHead): AnswerStream {
      stream.head = head;
      return stream;
    },
  },
};
