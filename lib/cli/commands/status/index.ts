import { namePartBrokenBy, nameRuleBrokenBy } from '../../../core/page/page-name.ts';
import { pageKeyOfUrlPath } from '../../../core/revalidation-request.ts';
import { openBucket } from '../../site/bucket.ts';
import { countDeadLetters } from '../../site/dead-letters.ts';
import { findPlace, PLACE_FLAGS, PLACE_HELP, type Place, requireFrom } from '../../site/place.ts';
import { isSameOrigin } from '../../site/session-file.ts';
import { type CliHost, type Command, type ExitCode, FailedCommand, UsageError } from '../../terminal/command.ts';
import { flagFault, readFlags } from '../../terminal/flags.ts';
import { askEdge } from './edge-view.ts';
import { statusJson, statusLines } from './report.ts';
import { edgeSentences, storedSentences } from './sentences.ts';
import { findStoredPage, type StoredLook } from './stored-look.ts';

const FLAGS = { ...PLACE_FLAGS } as const;

const HELP = `What the edge and the origin say about a page, and why. It asks for the page once, as a browser would, which
may render it; what was stored before that is shown where the bucket can be read.

Usage: isr status <url or path> [flags]

  --json    one JSON object

${PLACE_HELP}

Exit codes: 0 the page was looked at, whatever its state; 1 the site cannot be reached; 2 misuse.

Examples:
  isr status /blog/hello
  isr status https://example.com/blog/hello
  isr status '/search?page=2' --stack MySite --json`;

export const statusCommand: Command = { help: HELP, flags: FLAGS, allowPositionals: true, run: runStatus };

async function runStatus(argv: readonly string[], host: CliHost): Promise<ExitCode> {
  const { values, positionals } = readFlags(argv, FLAGS, true);
  const [subject, ...others] = positionals;
  if (subject === undefined) throw new UsageError('name a page: isr status /blog/hello');
  if (others.length > 0) throw new UsageError(`one page at a time, got ${positionals.length}`);
  const asked = subjectOf(subject);
  const place = await findPlace(values, host);
  const origin = asked.origin ?? requireFrom(place, 'siteUrl');
  const url = `${origin}${asked.path}`;
  // Read before the request, which may change it.
  const stored = await lookAtStored(place, asked, host);
  const [edge, deadLetters] = await Promise.all([askEdge(url, host.stopSignal), countDeadLetters(place, host)]);
  const why = [...edgeSentences(edge), ...storedSentences(stored)];
  const report = { url, edge, stored, why, deadLetters };
  if (values.json) host.out(JSON.stringify(statusJson(report)));
  else for (const line of statusLines(report, place, host)) host.out(line);
  return 0;
}

interface Asked {
  /** Absent when only a path was given. */
  readonly origin: string | undefined;
  readonly path: string;
}

function subjectOf(subject: string): Asked {
  const isUrl = /^https?:\/\//i.test(subject);
  if (!isUrl && !subject.startsWith('/')) {
    throw new UsageError(`a page is a path such as /blog/hello or a URL, got '${subject}'`);
  }
  if (isUrl && !URL.canParse(subject)) throw new UsageError(`'${subject}' is no URL`);
  const { origin, pathname, search } = isUrl ? new URL(subject) : { origin: undefined, pathname: subject, search: '' };
  const path = `${pathname}${search}`.replace(/#.*/s, '');
  const result = pageKeyOfUrlPath(path, {});
  if ('fault' in result)
    throw flagFault(`the ${namePartBrokenBy(result.fault)}`, {
      value: path,
      mustBe: `one ${nameRuleBrokenBy(result.fault)}`,
    });
  return { origin, path };
}

async function lookAtStored(place: Place, { origin, path }: Asked, host: CliHost): Promise<StoredLook> {
  if (place.bucket === undefined) {
    return { kind: 'unknown', reason: "the site's bucket is not known (give --stack, --outputs or --bucket)" };
  }
  const origins = [place.siteUrl, ...(place.otherUrls ?? [])].filter((url) => url !== undefined);
  if (origin !== undefined && origins.length > 0 && !origins.some((url) => isSameOrigin(url, origin))) {
    return { kind: 'unknown', reason: `${place.source} belongs to another site, ${place.siteUrl}` };
  }
  try {
    return await findStoredPage(await openBucket(place, host), place, path);
  } catch (error) {
    // The response of the edge is worth showing anyway.
    if (error instanceof FailedCommand) return { kind: 'unknown', reason: error.message };
    throw error;
  }
}
