import { hash } from 'node:crypto';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { openS3Bucket } from '../../lib/aws/s3-bucket.ts';
import { readEnvironment } from '../../lib/basics/environment.ts';
import type { ImageConfig } from '../../lib/handover/image-config.ts';
import { imageVariables } from '../../lib/handover/variables.ts';
import { type AnsweredImage, answerImage } from '../../lib/images/answer-image.ts';
import { imageParameters, sourcePrefix, variantKey } from '../../lib/images/image-query.ts';
import { type Refusal, readImageRequest } from '../../lib/images/image-request.ts';
import type { ImageService } from '../../lib/images/image-service.ts';
import type { ImagePorts } from '../../lib/images/ports.ts';
import { type ResponseStream, type StreamedHandler, send } from '../shared/function-url.ts';
import type { SiteSandbox } from '../shared/sandbox.ts';
import { createSources } from './sources.ts';
import { createVariants } from './variants.ts';

const NO_IMAGES: ImageConfig = {
  rules: { parameters: [], widths: [], assets: '/', sharedPrefix: 'images', ownPrefix: 'images' },
  minimumTtlSeconds: 0,
  files: {},
};
/** Someone may ask again and again for what is not there. */
const REFUSAL_CACHE_CONTROL = 'public, max-age=0, s-maxage=10';
const NOT_KEPT = 'private, no-store';

/** The first origin of images. It lets errors out, and CloudFront then asks S3. */
export function createImages(sandbox: SiteSandbox): StreamedHandler {
  const config = sandbox.assetJson<ImageConfig>('images.json', NO_IMAGES);
  const ports = createPorts(config, sandbox);
  return async (event, stream) => {
    const { method } = event.requestContext.http;
    if (method !== 'GET' && method !== 'HEAD') {
      return refuse(stream, 405, `images answer GET and HEAD, not ${method}`, { allow: 'GET, HEAD' });
    }
    // The edge function has put the query that the viewer sent into one parameter.
    const query = new URLSearchParams(new URLSearchParams(event.rawQueryString).get('image') ?? '');
    const parameters = [...query].map(([name, value]) => ({
      name: encodeURIComponent(name),
      value: encodeURIComponent(value),
    }));
    const counting = imageParameters(parameters, config().rules);
    const request = readImageRequest(counting);
    const answer = 'problem' in request ? request : await answerImage(request, ports);
    if ('problem' in answer) return refuseImage(stream, answer, ports);
    // While a deployment switches, the edge asks by the name that the image had in the one before, and would keep it so.
    const isOfThisDeployment = event.rawPath === `/${ports.keys.variant(counting)}`;
    respond(event, stream, isOfThisDeployment ? answer : { ...answer, cacheControl: NOT_KEPT });
  };
}

function createPorts(config: () => ImageConfig, sandbox: SiteSandbox): ImagePorts {
  const { aws, environment, clock, log, assetModule } = sandbox;
  const { bucket, deploymentId } = readEnvironment('the image function', imageVariables, environment);
  const service = (): Promise<ImageService> => assetModule<ImageService>('image/index.mjs');
  const hashText = (text: string): string => hash('sha256', text, 'hex');
  return {
    variants: createVariants(bucket, aws),
    sources: createSources({
      bucket: openS3Bucket(bucket, aws),
      deploymentId,
      config,
      service,
      runtimeApi: environment.AWS_LAMBDA_RUNTIME_API,
    }),
    keys: {
      variant: (parameters) => variantKey(parameters, config().rules, hashText),
      source: ({ href }) => sourcePrefix(href, config().rules, hashText),
    },
    service,
    get minimumTtlSeconds() {
      return config().minimumTtlSeconds;
    },
    clock,
    log,
  };
}

function respond(event: LambdaFunctionURLEvent, stream: ResponseStream, image: AnsweredImage): void {
  const { bytes, contentType, cacheControl, etag, outcome } = image;
  const headers = {
    'content-type': contentType,
    'cache-control': cacheControl,
    'x-isr-cache': outcome,
    ...(etag === undefined ? {} : { etag }),
  };
  send(stream, { statusCode: 200, headers }, event.requestContext.http.method === 'HEAD' ? '' : bytes);
}

function refuseImage(stream: ResponseStream, { status, problem }: Refusal, { log }: ImagePorts): void {
  log(status === 500 ? 'error' : 'warn', `no image: ${problem}`, { status });
  refuse(stream, status, problem, {});
}

function refuse(
  stream: ResponseStream,
  statusCode: number,
  problem: string,
  more: Readonly<Record<string, string>>,
): void {
  const cacheControl = statusCode < 500 ? REFUSAL_CACHE_CONTROL : NOT_KEPT;
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': cacheControl, ...more };
  send(stream, { statusCode, headers }, `${problem}\n`);
}
