import { Poller, type PollerOptions } from './poller.ts';

export interface EventSourceMappingOptions extends PollerOptions {
  /** Batches that may run at once. @default 5, with which Lambda starts */
  readonly maximumConcurrency?: number | undefined;
}

export interface EventSourceMapping {
  /** Messages that were received, and are neither deleted nor left to come back. */
  readonly holding: number;
  /** Takes no more messages. Those that are held are left to the function, and come back when it fails. */
  stop(): void;
}

/** Feeds a function from a queue, as Lambda's pollers do: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html. */
export function startEventSourceMapping(options: EventSourceMappingOptions): EventSourceMapping {
  const stopping = new AbortController();
  const pollers = Array.from({ length: options.maximumConcurrency ?? 5 }, () => new Poller(options, stopping.signal));
  for (const poller of pollers) void poller.run();
  return {
    get holding() {
      return pollers.reduce((sum, { holding }) => sum + holding, 0);
    },
    stop: () => stopping.abort(),
  };
}
