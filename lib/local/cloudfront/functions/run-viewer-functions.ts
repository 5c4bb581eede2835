import { type Answer, drain } from '../message/answer.ts';
import type { EdgeRequest } from '../message/edge-request.ts';
import { errorPage } from '../message/error-page.ts';
import type { EdgeFunction, FunctionEventType } from './edge-function.ts';
import { type EventContext, eventOf, eventResponseOf } from './event.ts';
import { isDisallowed } from './restricted-headers.ts';
import { FunctionResultError, readFunctionResponse, readViewerRequestResult } from './result.ts';

/** An answer that comes from a function or from its failure; `result` is the start of `x-cache`. */
export interface FunctionAnswer extends Answer {
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
  | { readonly answer: FunctionAnswer };

export function runViewerRequest(
  functions: EdgeFunctions,
  request: EdgeRequest,
  host: FunctionHost,
): AfterViewerRequest {
  const edgeFunction = functions.get('viewer-request');
  if (edgeFunction === undefined) return { request, originId: undefined };
  const outcome = edgeFunction.run(eventOf('viewer-request', host.context, request), request.query);
  if (outcome.kind === 'failed')
    return { answer: executionError(edgeFunction, 'viewer-request', outcome.message, host) };
  try {
    const result = readViewerRequestResult(outcome.value, request);
    if ('request' in result) return { request: result.request, originId: outcome.originId };
    const { status, headers, body = Buffer.alloc(0) } = result.response;
    const sized = { ...headers, 'content-length': String(body.length) };
    return { answer: { status, headers: sized, body, result: 'FunctionGeneratedResponse' } };
  } catch (error) {
    return { answer: validationError(edgeFunction, 'viewer-request', error, host) };
  }
}

/** Runs for answers below 400 only; `request` is the one that the viewer-request function returned. */
export function runViewerResponse(
  functions: EdgeFunctions,
  request: EdgeRequest,
  answer: Answer,
  host: FunctionHost,
): Answer | FunctionAnswer {
  const edgeFunction = functions.get('viewer-response');
  if (edgeFunction === undefined) return answer;
  const response = eventResponseOf(answer.status, '', answer.headers);
  const outcome = edgeFunction.run(eventOf('viewer-response', host.context, request, response), request.query);
  if (outcome.kind === 'failed') return executionError(edgeFunction, 'viewer-response', outcome.message, host);
  try {
    const result = readFunctionResponse(outcome.value, answer.headers, 'viewer-response');
    const hidden = Object.entries(answer.headers).filter(([name]) => isDisallowed(name));
    const headers = { ...Object.fromEntries(hidden), ...result.headers };
    if (result.body === undefined) return { status: result.status, headers, body: answer.body };
    drain(answer.body);
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
): FunctionAnswer {
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
): FunctionAnswer {
  if (!(error instanceof FunctionResultError)) throw error;
  host.log(edgeFunction.name, `${eventType} returned an invalid value: ${error.message}`);
  const page = errorPage(502, `The CloudFront function returned an invalid value: ${error.message}`);
  return { ...page, result: 'FunctionValidationError' };
}
