import type { Origin, OriginTarget } from '../configuration/origins.ts';
import { errorPage } from '../message/error-page.ts';
import { discard } from '../message/http-response.ts';
import { askOrigin, type ForwardedRequest, type OriginResponse } from './ask-origin.ts';
import type { OriginConnections } from './origin-agent.ts';
import { type CanRead, hideMissingKey, refusalOfS3 } from './s3-origin.ts';
import type { OriginRequest } from './send-request.ts';
import { lacksBodyHash } from './signature.ts';

export interface OriginAccess {
  readonly connections: OriginConnections;
  readonly canRead: CanRead | undefined;
}

const FAILS_OVER = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Asks the members one after the other until one answers with a status that is not for fail-over.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
 */
export async function askTarget(
  target: OriginTarget,
  forwarded: ForwardedRequest,
  access: OriginAccess,
): Promise<OriginResponse> {
  const [primary, ...others] = target.members;
  let response = await askMember(primary, forwarded, access);
  if (!FAILS_OVER.has(forwarded.request.method)) return response;
  for (const member of others) {
    if (!target.failoverStatuses.has(failoverStatusOf(response))) break;
    discard(response);
    response = await askMember(member, forwarded, access);
  }
  return response;
}

// For fail-over a connection that fails counts as 503 and a timeout as 504, whatever a viewer would be told.
function failoverStatusOf(response: OriginResponse): number {
  if (response.failure === 'unreachable') return 503;
  return response.failure === 'timeout' ? 504 : response.status;
}

async function askMember(origin: Origin, forwarded: ForwardedRequest, access: OriginAccess): Promise<OriginResponse> {
  const { request, query, body } = forwarded;
  const headers = forwarded.headersFor(origin);
  const target = query === '' ? request.uri : `${request.uri}?${query}`;
  if (lacksBodyHash(origin.signing, request.headers)) {
    return errorPage(403, 'The request signature we calculated does not match the signature you provided.');
  }
  const originRequest: OriginRequest = { method: request.method, target, headers, body };
  const refusal = refusalOfS3(origin, originRequest, access.canRead);
  if (refusal !== undefined) return refusal;
  return hideMissingKey(origin, await askOrigin(origin, originRequest, access.connections));
}
