import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type { Clock } from '../../lib/core/ports.ts';

const ATTEMPTS = 3;
const PAUSE_MS = 1000;

/**
 * Tells CloudFormation that the resource is there. Without an answer, it would wait for the whole time limit and roll back:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
export async function answerSuccess(
  event: CloudFormationCustomResourceEvent,
  data: Readonly<Record<string, string>>,
  { sleep }: Pick<Clock, 'sleep'>,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = event;
  const answer = {
    Status: 'SUCCESS',
    PhysicalResourceId: LogicalResourceId,
    StackId,
    RequestId,
    LogicalResourceId,
    Data: data,
  };
  for (let attempt = 1; ; attempt++) {
    // Of bytes, fetch says no content type, which the signature of the URL would not cover.
    const response = await fetch(ResponseURL, { method: 'PUT', body: Buffer.from(JSON.stringify(answer)) }).catch(
      (error: Error) => error,
    );
    if (!(response instanceof Error) && response.ok) return;
    if (attempt === ATTEMPTS) {
      throw response instanceof Error ? response : new Error(`CloudFormation's URL answered ${response.status}`);
    }
    await sleep(PAUSE_MS);
  }
}
