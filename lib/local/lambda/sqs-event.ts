import type { SdkMessage, SdkMessageAttribute } from '../sqs/queue-messages.ts';

/** See https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html. */
export function sqsEventOf(messages: readonly SdkMessage[], queueArn: string) {
  const awsRegion = queueArn.split(':')[3] ?? '';
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes ?? {},
      messageAttributes: messageAttributesOf(message.MessageAttributes),
      ...(message.MD5OfMessageAttributes !== undefined && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
      md5OfBody: message.MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion,
    })),
  };
}

function messageAttributesOf(attributes: Readonly<Record<string, SdkMessageAttribute>> = {}) {
  const entries = Object.entries(attributes).map(([name, { BinaryValue, DataType, StringValue }]) => [
    name,
    {
      ...(StringValue !== undefined && { stringValue: StringValue }),
      ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
      stringListValues: [],
      binaryListValues: [],
      dataType: DataType,
    },
  ]);
  return Object.fromEntries(entries);
}

/**
 * The messages that the function's response reports as failed. A response that cannot be trusted fails the whole batch: see
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting.
 */
export function reportedFailures(response: string, messageIds: readonly string[]): ReadonlySet<string> {
  const all = new Set(messageIds);
  const failures = listedFailures(response);
  if (failures === 'malformed') return all;
  const failed = failures.map((failure) => (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  const areKnown = failed.every((id): id is string => typeof id === 'string' && all.has(id));
  return areKnown ? new Set(failed) : all;
}

function listedFailures(response: string): readonly unknown[] | 'malformed' {
  if (response.trim() === '') return [];
  try {
    const value = JSON.parse(response) as { batchItemFailures?: unknown } | null;
    const failures = value?.batchItemFailures ?? [];
    return Array.isArray(failures) ? failures : 'malformed';
  } catch {
    return 'malformed';
  }
}
