import type { Behavior } from '../configuration/behavior.ts';
import { type EdgeRequest, hasBody } from '../message/edge-request.ts';
import { errorPage } from '../message/error-page.ts';
import type { HttpResponse } from '../message/http-response.ts';

/** What CloudFront refuses before anything else is done with a request. */
export function refusalOf(request: EdgeRequest, behavior: Behavior): HttpResponse | undefined {
  if (!behavior.allowedMethods.has(request.method)) {
    const only = behavior.allowedMethods.has('POST') ? '' : ' The distribution supports only cachable requests.';
    return errorPage(
      403,
      `This distribution is not configured to allow the HTTP request method that was used for this request.${only}`,
    );
  }
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return isRead && hasBody(request.headers)
    ? errorPage(403, 'Bad request. A GET or HEAD cannot have a body.')
    : undefined;
}
