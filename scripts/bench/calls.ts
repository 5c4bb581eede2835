import type { LocalEvent } from '../../lib/local/events.ts';
import type { LocalStack } from '../../lib/local/stack/index.ts';

export interface CountedCalls {
  readonly request: string;
  readonly calls: number;
  readonly writes: number;
  /** `GetObject page, GetObject ledger 304`. */
  readonly what: string;
}

const WRITES = new Set(['PutObject', 'DeleteObject', 'SendMessage', 'CreateInvalidation']);
/** Polling, which goes on whatever is requested. */
const BACKGROUND = new Set(['ReceiveMessage', 'DeleteMessage', 'DeleteMessageBatch']);

/** What a request makes the functions ask of AWS, up to its answer. */
export async function countCalls(
  stack: LocalStack,
  request: string,
  work: () => Promise<unknown>,
): Promise<CountedCalls> {
  const calls: string[] = [];
  const actions: string[] = [];
  const stop = stack.events.subscribe((event) => {
    if (event.kind !== 'api-call' || BACKGROUND.has(event.action)) return;
    calls.push(describe(event));
    actions.push(event.action);
  });
  await work();
  stop();
  return {
    request,
    calls: calls.length,
    writes: actions.filter((action) => WRITES.has(action)).length,
    what: calls.join(', '),
  };
}

function describe(event: Extract<LocalEvent, { kind: 'api-call' }>): string {
  const status = event.status === 200 || event.status === 201 || event.status === 204 ? '' : ` ${event.status}`;
  return `${event.action} ${kindOf(event)}${status}`;
}

function kindOf({ service, resource }: Extract<LocalEvent, { kind: 'api-call' }>): string {
  if (service !== 's3') return service === 'sqs' ? 'queue' : 'distribution';
  if (resource.startsWith('deployments/')) return 'page';
  if (resource.startsWith('_isr/leases/')) return 'lease';
  if (resource.startsWith('_isr/ledger/')) return 'shard';
  if (resource === '_isr/purge-pace.json') return 'pace';
  return resource === '_isr/ledger.json' ? 'ledger' : resource;
}
