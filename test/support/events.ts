import type { LocalEvent } from '../../lib/local/events.ts';
import type { EventLog } from '../../lib/local/stack/event-log.ts';

type EventOf<Kind extends LocalEvent['kind']> = Extract<LocalEvent, { readonly kind: Kind }>;

export interface EventChoice<Kind extends LocalEvent['kind']> {
  /** @default 1 */
  readonly count?: number;
  readonly where?: (event: EventOf<Kind>) => boolean;
}

/** The events of a kind, of those that were told already and those to come, as soon as there are `count` of them. */
export async function eventsOf<Kind extends LocalEvent['kind']>(
  log: EventLog,
  kind: Kind,
  { count = 1, where = () => true }: EventChoice<Kind> = {},
): Promise<readonly EventOf<Kind>[]> {
  const found = () => log.ofKind(kind).filter(where);
  if (found().length < count) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = log.subscribe(() => found().length >= count && resolve());
    await promise;
    stop();
  }
  return found();
}

/** The first event of a kind from now on. */
export async function nextEvent<Kind extends LocalEvent['kind']>(
  log: EventLog,
  kind: Kind,
  where: (event: EventOf<Kind>) => boolean = () => true,
): Promise<EventOf<Kind>> {
  const { promise, resolve } = Promise.withResolvers<EventOf<Kind>>();
  const isAsked = (event: LocalEvent): event is EventOf<Kind> => event.kind === kind && where(event as EventOf<Kind>);
  const stop = log.subscribe((event) => isAsked(event) && resolve(event));
  return promise.finally(stop);
}
