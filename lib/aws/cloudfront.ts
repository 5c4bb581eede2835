import { randomUUID } from 'node:crypto';
import { IsrError, reasonOf } from '../basics/errors.ts';
import type { Cdn } from '../core/ports.ts';
import { type AwsCall, type AwsClient, type AwsResponse, describeFailure } from './client.ts';

/** With these codes CloudFront means: later. */
const THROTTLED = new Set(['Throttling', 'ThrottlingException', 'TooManyInvalidationsInProgress']);

/** Which distribution to purge from. */
export interface DistributionAddress {
  get(): Promise<{ readonly distributionId: string }>;
  /** Called when CloudFront refused: it may be another one by now. */
  forget(): void;
}

/** Purges all items by one CreateInvalidation, and asks GetInvalidation what became of it. */
export function createCloudFront(aws: AwsClient, address: DistributionAddress): Cdn {
  return {
    async purge(items) {
      const { distributionId } = await address.get();
      const call = invalidationCall(distributionId, items);
      const response = await aws(call).catch((error: unknown) => {
        throw failed(distributionId, reasonOf(error), error);
      });
      if (response.status === 201) return { outcome: 'purged', invalidation: textIn(response, 'Id') };
      if (THROTTLED.has(textIn(response, 'Code'))) return { outcome: 'throttled' };
      address.forget();
      throw failed(distributionId, describeFailure(call, response));
    },
    async isComplete(invalidation) {
      const { distributionId } = await address.get();
      const call: AwsCall = {
        service: 'cloudfront',
        method: 'GET',
        path: `${invalidationsOf(distributionId)}/${invalidation}`,
      };
      const response = await aws(call).catch((error: unknown) => {
        throw failed(distributionId, reasonOf(error), error);
      });
      if (response.status === 200) return textIn(response, 'Status') === 'Completed';
      if (THROTTLED.has(textIn(response, 'Code'))) return false;
      throw failed(distributionId, describeFailure(call, response));
    },
  };
}

function invalidationCall(distributionId: string, items: readonly string[]): AwsCall {
  const paths = items.map((item) => `<Path>${escapeXml(item)}</Path>`).join('');
  // CloudFront refuses a reference that it knows with other items, and does nothing for one with the same items.
  const body = `<?xml version="1.0" encoding="UTF-8"?><InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><CallerReference>${randomUUID()}</CallerReference><Paths><Quantity>${items.length}</Quantity><Items>${paths}</Items></Paths></InvalidationBatch>`;
  return {
    service: 'cloudfront',
    method: 'POST',
    path: invalidationsOf(distributionId),
    headers: { 'content-type': 'application/xml' },
    body,
  };
}

function invalidationsOf(distributionId: string): string {
  return `/2020-05-31/distribution/${distributionId}/invalidation`;
}

/** Of the first element with this name. */
function textIn(response: AwsResponse, element: 'Code' | 'Id' | 'Status'): string {
  return new RegExp(`<${element}>([^<]*)</${element}>`).exec(response.body.toString('utf8'))?.[1] ?? '';
}

function escapeXml(text: string): string {
  return text.replace(/[<>&'"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

function failed(distributionId: string, reason: string, cause?: unknown): IsrError {
  return new IsrError('PURGE_FAILED', `cannot purge from distribution ${distributionId}: ${reason}`, { cause });
}
