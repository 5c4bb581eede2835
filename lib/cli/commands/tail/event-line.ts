import type { LocalEvent } from '../../../local/events.ts';
import type { CliHost, Style } from '../../terminal/command.ts';
import { messageOf, shortName } from '../../terminal/log-text.ts';
import { cell, cutTo, printable } from '../../terminal/wording.ts';

const NAMES: Readonly<Record<LocalEvent['kind'], string>> = {
  request: 'request',
  invocation: 'function',
  job: 'job',
  invalidation: 'purge',
  'api-call': 'AWS call',
  log: 'log',
};
const ISR_STYLES: Readonly<Record<string, Style>> = {
  HIT: 'green',
  PRERENDERED: 'green',
  STALE: 'yellow',
  REVALIDATED: 'cyan',
  MISS: 'cyan',
};
const LEVEL_STYLES: Readonly<Record<string, Style>> = { warn: 'yellow', error: 'red' };
/** Width of the time, the name of the kind, and the blanks after them. */
const MARGIN = 20;

/** `12:00:01  request   GET /blog 200 Hit HIT 3 ms` */
export function eventLine(event: LocalEvent, host: CliHost): string {
  const time = new Date(event.at).toTimeString().slice(0, 8);
  const room = host.columns === undefined ? undefined : Math.max(40, host.columns - MARGIN);
  const { text, style } = describe(event);
  const words = cutTo(room, printable(text));
  return `${host.style('dim', time)}  ${cell(host, NAMES[event.kind], 8)}  ${style === undefined ? words : host.style(style, words)}`;
}

/** Calls of the inspector and of this command line, which only look. */
export function isOwnCall(event: LocalEvent): boolean {
  if (event.kind !== 'api-call') return false;
  const { action, resource } = event;
  return (
    /^(HeadObject|ListObjectsV2)$/.test(action) || `${action} ${resource}`.startsWith('GetObject _isr/prerendered/')
  );
}

interface Description {
  readonly text: string;
  readonly style?: Style | undefined;
}

function describe(event: LocalEvent): Description {
  switch (event.kind) {
    case 'request':
      return describeRequest(event);
    case 'invocation': {
      const { functionName, coldStart, milliseconds, error } = event;
      const notes = [coldStart ? 'cold start' : '', error ?? ''].filter(Boolean).join(', ');
      const text = `${shortName(functionName)}  ${durationOfCall(milliseconds)}${notes && `  ${notes}`}`;
      return { text, style: error === undefined ? undefined : 'red' };
    }
    case 'job': {
      const failed = event.failures > 0 ? `, ${event.failures} failed` : '';
      const text = `${event.messages} of ${shortName(event.queueName)}${failed}`;
      return { text, style: failed === '' ? undefined : 'red' };
    }
    case 'invalidation':
      return { text: `${event.items.join(' ')}  ${event.removed} removed at ${event.location}` };
    case 'api-call':
      return { text: `${event.service} ${event.action} ${event.resource}  ${event.status}` };
    case 'log':
      return describeLog(event);
  }
}

type EventOf<Kind extends LocalEvent['kind']> = Extract<LocalEvent, { readonly kind: Kind }>;

function describeRequest({ method, path, status, edge, headers, milliseconds }: EventOf<'request'>): Description {
  const isr = headers['x-isr-cache'];
  const words = [
    `${method} ${path}`,
    status,
    edge.replace(/ from cloudfront$/i, ''),
    isr ?? '',
    durationOfCall(milliseconds),
  ];
  const style = status >= 500 ? 'red' : status >= 400 ? 'yellow' : ISR_STYLES[isr ?? ''];
  return { text: words.filter((word) => word !== '').join('  '), style };
}

function describeLog({ functionName, line }: EventOf<'log'>): Description {
  const { level, text } = messageOf(line);
  return { text: `${shortName(functionName)}  ${text}`, style: LEVEL_STYLES[level ?? ''] };
}

function durationOfCall(milliseconds: number): string {
  return milliseconds >= 1000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${Math.round(milliseconds)} ms`;
}
