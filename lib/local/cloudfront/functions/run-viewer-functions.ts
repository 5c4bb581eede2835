import type { EdgeRequest } from '../message/edge-request.ts';
import { errorPage } from '../message/error-page.ts';
import { drain, type HttpResponse } from '../message/http-response.ts';
import type { EdgeFunction, FunctionEventType } from './edge-function.ts';
import { type EventContext, eventOf, eventResponseOf } from './event.ts';
import { isDisallowed } from './restricted-headers.ts';
import { FunctionResultError, readFunctionResponse, readViewerRequestResult } from './result.ts';

/** A response that comes from a function or from its failure; `result` is the start of `x-cache`. */
export interface FunctionResponse extends HttpResponse {
  readonly result: 'FunctionGeneratedResponse' | 'FunctionExecutionError' | 'FunctionValidationError';
}

/** Those of one behavior. */
export type EdgeFunctions = ReadonlyMap<FunctionEventType, EdgeFunction>;

export interface FunctionHost {
  readonly context: EventContext;
  readonly log: (functionName: string, line: string) => void;
}

export type AfterViewerRequest =
  | { readonly request: EdgeRequest; readonly originId: string | undefined }
  | { readonly response: FunctionResponse };

export function runViewerRequest(
  functions: EdgeFunctions,
  request: EdgeRequest,
  host: FunctionHost,
): AfterViewerRequest {
  const edgeFunction = functions.get('viewer-request');
  if (edgeFunction === undefined) return { request, originId: undefined };
  const outcome = edgeFunction.run(eventOf('viewer-request', host.context, request), request.query);
  if (outcome.kind === 'failed')
    return { response: executionError(edgeFunction, 'viewer-request', outcome.message, host) };
  try {
    const result = readViewerRequestResult(outcome.value, request);
    if ('request' in result) return { request: result.request, originId: outcome.originId };
    const { status, headers, body = Buffer.alloc(0) } = result.response;
    const sized = { ...headers, 'content-length': String(body.length) };
    return { response: { status, headers: sized, body, result: 'FunctionGeneratedResponse' } };
  } catch (error) {
    return { response: validationError(edgeFunction, 'viewer-request', error, host) };
  }
}

/** Runs for responses below 400 only; `request` is the one that the viewer-request function returned. */
export function runViewerResponse(
  functions: EdgeFunctions,
  request: EdgeRequest,
  response: HttpResponse,
  host: FunctionHost,
): HttpResponse | FunctionResponse {
  const edgeFunction = functions.get('viewer-response');
  if (edgeFunction === undefined) return response;
  const eventResponse = eventResponseOf(response.status, '', response.headers);
  const outcome = edgeFunction.run(eventOf('viewer-response', host.context, request, eventResponse), request.query);
  if (outcome.kind === 'failed') return executionError(edgeFunction, 'viewer-response', outcome.message, host);
  try {
    const result = readFunctionResponse(outcome.value, response.headers, 'viewer-response');
    const hidden = Object.entries(response.headers).filter(([name]) => isDisallowed(name));
    const headers = { ...Object.fromEntries(hidden), ...result.headers };
    if (result.body === undefined) return { status: result.status, headers, body: response.body };
    drain(response.body);
    const sized = { ...headers, 'content-length': String(result.body.length) };
    return { status: result.status, headers: sized, body: result.body };
  } catch (error) {
    return validationError(edgeFunction, 'viewer-response', error, host);
  }
}

function executionError(
  edgeFunction: EdgeFunction,
  eventType: FunctionEventType,
  message: string,
  host: FunctionHost,
): FunctionResponse {
  host.log(edgeFunction.name, `${eventType} failed: ${message}`);
  const page = errorPage(
    503,
    `The CloudFront function associated with the CloudFront distribution is invalid or could not run. (${message})`,
  );
  return { ...page, result: 'FunctionExecutionError' };
}

function validationError(
  edgeFunction: EdgeFunction,
  eventType: FunctionEventType,
  error: unknown,
  host: FunctionHost,
): FunctionResponse {
  if (!(error instanceof FunctionResultError)) throw error;
  host.log(edgeFunction.name, `${eventType} returned an invalid value: ${error.message}`);
  const page = errorPage(502, `The CloudFront function returned an invalid value: ${error.message}`);
  return { ...page, result: 'FunctionValidationError' };
}
