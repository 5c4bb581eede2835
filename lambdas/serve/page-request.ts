import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { type PageKey, pageKeyOfUri } from '../../lib/core/page/page-key.ts';
import { hostOf } from '../shared/host.ts';

/** A request for a page, as the edge function has rewritten it. */
export interface PageRequest {
  readonly deploymentId: string;
  readonly pageKey: PageKey;
  /** The distribution's own name. */
  readonly host: string;
  readonly revalidationToken: string | undefined;
  readonly draftToken: string | undefined;
}

export interface RefusedRequest {
  readonly status: number;
  readonly problem: string;
  /** For how long the edge may keep it; absent: not at all. */
  readonly keptSeconds?: number;
}

/** A file may come with the next deployment. It is CloudFront's own time for errors. */
const MISSING_FILE_SECONDS = 10;

const URI = /^\/deployments\/([0-9a-f]+)(\/.*)$/;

export function parsePageRequest(event: LambdaFunctionURLEvent): PageRequest | RefusedRequest {
  const { method } = event.requestContext.http;
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, problem: `pages answer GET and HEAD, not ${method}` };
  // Each request for a page comes from the edge function. The edge asks for nothing else but hashed files that S3 lacks.
  if (!event.rawPath.startsWith('/deployments/')) {
    return { status: 404, problem: 'There is no such file.', keptSeconds: MISSING_FILE_SECONDS };
  }
  const [, deploymentId = '', uri = ''] = URI.exec(event.rawPath) ?? [];
  const pageKey = pageKeyOfUri(uri);
  if (pageKey === undefined) {
    return {
      status: 400,
      problem: `'${event.rawPath}' is not /deployments/<id> and a page key; ask the distribution, not this function`,
    };
  }
  const host = hostOf(event);
  if (host === undefined) return { status: 400, problem: 'the header x-forwarded-host names no host' };
  return {
    deploymentId,
    pageKey,
    host,
    revalidationToken: event.headers['x-prerender-revalidate'],
    draftToken: event.headers['x-isr-draft'],
  };
}
