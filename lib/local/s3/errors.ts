import { ApiError } from '../aws-api/api-error.ts';
import type { ApiResponse } from '../aws-api/api-service.ts';
import { element, XML_DECLARATION } from './xml.ts';

export function noSuchKey(): ApiError {
  return new ApiError('NoSuchKey', 'The specified key does not exist.', 404);
}

export function noSuchBucket(): ApiError {
  return new ApiError('NoSuchBucket', 'The specified bucket does not exist', 404);
}

export function noSuchUpload(): ApiError {
  const message =
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
  return new ApiError('NoSuchUpload', message, 404);
}

export function preconditionFailed(): ApiError {
  return new ApiError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
}

export function invalidArgument(message: string): ApiError {
  return new ApiError('InvalidArgument', message);
}

export function malformedXml(reason: string): ApiError {
  return new ApiError('MalformedXML', `The XML you provided was not well-formed or did not validate: ${reason}`);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. A HEAD has no body, and so no code. */
export function refusal({ code, message, status, headers }: ApiError, method: string, resource: string): ApiResponse {
  if (method === 'HEAD') return { status, headers };
  const fields = [element('Code', code), element('Message', message), element('Resource', resource)];
  const body = `${XML_DECLARATION}<Error>${fields.join('')}</Error>`;
  return { status, headers: [...headers, 'content-type', 'application/xml'], body };
}
