import { ApiError } from '../aws-api/api-error.ts';
import type { ApiResponse } from '../aws-api/api-service.ts';

export function invalidParameter(parameter: string, value: unknown, reason: string): ApiError {
  return new ApiError(
    'InvalidParameterValue',
    `Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`,
  );
}

export function queueDoesNotExist(): ApiError {
  return new ApiError('QueueDoesNotExist', 'The specified queue does not exist.');
}

/** What clients of the older protocol called an error, where it is not its code: trait `awsQueryError` of the service's model. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  PurgeQueueInProgress: 'AWS.SimpleQueueService.PurgeQueueInProgress',
  QueueDeletedRecently: 'AWS.SimpleQueueService.QueueDeletedRecently',
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
};

const JSON_HEADERS = ['content-type', 'application/x-amz-json-1.0'];

export function jsonResponse(body: object): ApiResponse {
  return { status: 200, headers: JSON_HEADERS, body: JSON.stringify(body) };
}

/** SDKs name an error by the header, and take the rest from the body. */
export function refusal({ code, message, status }: ApiError): ApiResponse {
  const fault = status < 500 ? 'Sender' : 'Receiver';
  return {
    status,
    headers: [...JSON_HEADERS, 'x-amzn-query-error', `${QUERY_CODES[code] ?? code};${fault}`],
    body: JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message }),
  };
}
