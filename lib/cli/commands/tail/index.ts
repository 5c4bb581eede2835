import type { LocalEvent } from '../../../local/events.ts';
import { findPlace, PLACE_FLAGS, PLACE_HELP, type Place } from '../../site/place.ts';
import { type CliHost, type Command, type ExitCode, UsageError } from '../../terminal/command.ts';
import { flagFault, readChoice, readFlags } from '../../terminal/flags.ts';
import { eventLine, isOwnCall } from './event-line.ts';
import { localEvents } from './local-events.ts';
import { logEvents, logGroupsOf } from './log-events.ts';

const KINDS = ['request', 'invocation', 'job', 'invalidation', 'log', 'api-call'] as const;
const UNITS: Readonly<Record<string, number>> = { s: 1, min: 60, m: 60, h: 3600, d: 86_400 };

const FLAGS = {
  ...PLACE_FLAGS,
  kind: { type: 'string', multiple: true },
  'log-group': { type: 'string', multiple: true },
  since: { type: 'string' },
} as const;

const HELP = `Shows what happens, live, one line per event, until Ctrl-C.

On this machine: requests, functions, jobs, purges and logs, as the inspector has them. Deployed: what the functions
log, from CloudWatch Logs; that is a few seconds behind.

Usage: isr tail [--kind <kind>] [--since <duration>] [flags]

  --kind <kind>       only these: ${KINDS.slice(0, 4).join(', ')},
                      ${KINDS.slice(4).join(', ')}; may be repeated (default: all but api-call)
  --since <duration>  also what happened before: 30s, 10min, 2h (default: 10s)
  --log-group <name>  a log group to read, instead of those of the stack; may be repeated
  --json              one JSON object per event and line (NDJSON)

${PLACE_HELP}

Exit codes: 0 ended by Ctrl-C, 1 the stack has stopped or the logs cannot be read, 2 misuse.

Examples:
  isr tail
  isr tail --kind request --kind log --since 5min
  isr tail --stack MySite --json`;

export const tailCommand: Command = { help: HELP, flags: FLAGS, allowPositionals: false, run: runTail };

async function runTail(argv: readonly string[], host: CliHost): Promise<ExitCode> {
  const { values } = readFlags(argv, FLAGS, false);
  const kinds = new Set((values.kind ?? KINDS.slice(0, 5)).map((kind) => readChoice('kind', kind, KINDS)));
  const sinceMs = durationFrom(values.since ?? '10s');
  const place = await findPlace(values, host);
  const events = await eventsOf(place, values['log-group'] ?? [], sinceMs, host);
  if (!values.json) host.err(`What happens in ${place.source}; stop with Ctrl-C.`);
  try {
    for await (const event of events) {
      if (!kinds.has(event.kind) || isOwnCall(event)) continue;
      host.out(values.json ? JSON.stringify(event) : eventLine(event, host));
    }
  } catch (error) {
    // After Ctrl-C, whatever is being read fails.
    if (!host.stopSignal.aborted) throw error;
  }
  return 0;
}

async function eventsOf(
  place: Place,
  logGroups: readonly string[],
  sinceMs: number,
  host: CliHost,
): Promise<AsyncIterable<LocalEvent>> {
  if (place.session !== undefined && logGroups.length === 0) {
    const since = Date.now() + place.session.offsetMilliseconds - sinceMs;
    return localEvents(place.session.inspectorUrl, since, host.stopSignal);
  }
  if (logGroups.length === 0 && place.stackName === undefined) throw new UsageError(WAYS);
  const groups = logGroups.length > 0 ? logGroups : await logGroupsOf(place, host);
  return logEvents(groups, place, Date.now() - sinceMs, host);
}

const WAYS = [
  'it is not known what to listen to; say it in one of these ways:',
  '  isr local                   (starts a local stack here)',
  '  --stack <name>              (a deployed stack, with your AWS credentials)',
  '  --outputs cdk-outputs.json  (written by cdk deploy --outputs-file cdk-outputs.json)',
  '  --log-group <name>',
].join('\n');

function durationFrom(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})(s|min|m|h|d)$/.exec(text) ?? [];
  if (count === undefined) throw flagFault('--since', { value: text, mustBe: 'a duration such as 30s, 10min or 2h' });
  return Number(count) * (UNITS[unit] ?? 1) * 1000;
}
