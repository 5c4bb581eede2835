import { randomUUID } from 'node:crypto';
import { IsrError, reasonOf } from '../basics/errors.ts';
import type { Clock, Edge } from '../core/ports.ts';
import { type AwsAnswer, type AwsCall, type AwsClient, describeFailure } from './client.ts';
import type { PurgePacer } from './purge-pacer.ts';

/** CloudFront's words for "later". */
const THROTTLED = new Set(['Throttling', 'ThrottlingException', 'TooManyInvalidationsInProgress']);

/** Purges by CreateInvalidation, all items in one call. Rejects with PURGE_FAILED. */
export function createCloudFrontEdge(aws: AwsClient, distributionId: string): Edge {
  return {
    async purge(items) {
      const call = invalidationCall(distributionId, items);
      const answer = await aws(call).catch((error: unknown) => {
        throw failed(distributionId, reasonOf(error), error);
      });
      if (answer.status === 201) return 'purged';
      throw failed(
        distributionId,
        describeFailure(call, answer),
        THROTTLED.has(codeOf(answer)) ? new Throttled() : undefined,
      );
    },
  };
}

/**
 * Purges at once, or after the seconds that must lie between two calls. When somebody waits for them already, and when
 * CloudFront refuses, it is left to the purge queue.
 */
export function createDirectEdge(edge: Edge, pacer: PurgePacer, clock: Clock, queue: Edge): Edge {
  return {
    async purge(items) {
      const wait = await pacer.directTurn();
      if (wait === 'queue') return queue.purge(items);
      if (wait > 0) await clock.sleep(wait);
      try {
        return await edge.purge(items);
      } catch {
        // The new page is stored by now, so the purge must not be forgotten. The queue tries again and says why not.
        return queue.purge(items);
      }
    },
  };
}

class Throttled extends Error {}

/** Whether it may be tried again as it is. */
export function isThrottled(error: unknown): boolean {
  return error instanceof IsrError && error.cause instanceof Throttled;
}

function invalidationCall(distributionId: string, items: readonly string[]): AwsCall {
  const paths = items.map((item) => `<Path>${escapeXml(item)}</Path>`).join('');
  // The reference must be new each time: a used one with other items is refused, with the same items it does nothing.
  const body = `<?xml version="1.0" encoding="UTF-8"?><InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><CallerReference>${randomUUID()}</CallerReference><Paths><Quantity>${items.length}</Quantity><Items>${paths}</Items></Paths></InvalidationBatch>`;
  return {
    service: 'cloudfront',
    method: 'POST',
    path: `/2020-05-31/distribution/${distributionId}/invalidation`,
    headers: { 'content-type': 'application/xml' },
    body,
  };
}

function codeOf(answer: AwsAnswer): string {
  return /<Code>([^<]*)<\/Code>/.exec(answer.body.toString('utf8'))?.[1] ?? '';
}

function escapeXml(text: string): string {
  return text.replace(/[<>&'"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

function failed(distributionId: string, reason: string, cause?: unknown): IsrError {
  return new IsrError('PURGE_FAILED', `cannot purge from distribution ${distributionId}: ${reason}`, { cause });
}
