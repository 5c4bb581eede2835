import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { createCloudFrontEdge } from '../../lib/aws/cloudfront-edge.ts';
import { createJobQueue, createQueuedEdge } from '../../lib/aws/queues.ts';
import { IsrError } from '../../lib/core/errors.ts';
import { revalidate } from '../../lib/core/revalidate.ts';
import { parseRevalidation } from '../../lib/core/revalidation-request.ts';
import { isValidToken } from '../../lib/core/token.ts';
import { awsClientFrom, log } from '../shared/aws.ts';
import { bodyOf } from '../shared/function-url.ts';
import { openPages } from '../shared/pages.ts';
import { revalidateFromSite } from '../shared/revalidate-from-site.ts';
import { readRevalidateConfig } from './config.ts';

const MAX_BODY_BYTES = 256 * 1024;

const config = readRevalidateConfig(process.env);
const aws = awsClientFrom(process.env);
const edge = createCloudFrontEdge(aws, config.distributionId, createQueuedEdge(aws, config.purgeQueueUrl));
const pages = openPages(config, aws);
const ports = {
  ...pages.portsFor(config.siteUrl, revalidateFromSite(config.deploymentId, { ledger: pages.ledger, edge })),
  jobs: createJobQueue(aws, config.jobsQueueUrl, config.deploymentId),
  edge,
};

/** `POST` with the token: renders paths anew, notes tags and prefixes, purges the edge; answers when all is done. */
export async function handler(event: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> {
  const { method } = event.requestContext.http;
  if (method !== 'POST') return answer(405, { error: `use POST, not ${method}` }, { allow: 'POST' });
  if (!isValidToken(tokenOf(event), config.tokenHashes)) {
    log('warn', 'refused a revalidation: the token does not match', { from: event.requestContext.http.sourceIp });
    return answer(401, { error: 'unauthorized' });
  }
  const body = bodyOf(event);
  if (body.byteLength > MAX_BODY_BYTES) {
    return answer(413, {
      error: `the body has ${body.byteLength} bytes, more than ${MAX_BODY_BYTES}; send several requests`,
    });
  }
  try {
    return await revalidateAsAsked(parseJson(body));
  } catch (error) {
    if (error instanceof IsrError && error.code === 'INVALID_REQUEST') return answer(400, { error: error.message });
    throw error;
  }
}

async function revalidateAsAsked(body: unknown): Promise<LambdaFunctionURLResult> {
  const result = await revalidate(parseRevalidation(body, config.allowQuery), config.deploymentId, ports);
  const failed = result.pages.filter(({ outcome }) => outcome === 'failed');
  log(failed.length === 0 ? 'info' : 'error', 'revalidated', { ...result });
  // 200 is the promise that nobody gets the old page any more.
  return answer(failed.length === 0 ? 200 : 502, result);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new IsrError('INVALID_REQUEST', `the body is not JSON: ${reason}; send {"paths":["/blog"]}`, {
      cause: error,
    });
  }
}

function tokenOf({ headers }: LambdaFunctionURLEvent): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  return bearer ?? headers['x-prerender-revalidate'];
}

function answer(
  statusCode: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): LambdaFunctionURLResult {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: `${JSON.stringify(body, null, 2)}\n`,
  };
}
