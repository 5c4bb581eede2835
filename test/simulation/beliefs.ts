import type { Everywhere } from '../../lib/core/wait-for-purge.ts';
import type { Invocation } from './aws/lambda.ts';
import type { Checker, Covered, PurgeState } from './checks/revalidation-checks.ts';
import type { UrlAnswer } from './requests.ts';

type Answered = Extract<Invocation<UrlAnswer>, { readonly answer: UrlAnswer }>;

interface Told {
  /** Absent when a webhook had been done before. */
  readonly pages?: readonly { readonly path: string; readonly outcome: string }[];
  readonly purge?: string;
  readonly everywhere?: Everywhere;
}

export function isBelieved(invocation: Invocation<UrlAnswer>): invocation is Answered {
  return 'answer' in invocation && (invocation.answer.status === 200 || invocation.answer.status === 202);
}

/** Takes the answer of a revalidation at its word. */
export function believe(covered: readonly Covered[], { answer, deployment }: Answered, checker: Checker): void {
  const told = JSON.parse(answer.body) as Told;
  checker.revalidated(covered, howFarPurged(told));
  for (const each of covered) {
    const outcome = told.pages?.find(({ path }) => path === each.page.path)?.outcome;
    if (outcome === 'rendered' || outcome === 'unchanged') checker.rendered(each, deployment);
    // What stands in the bucket nevertheless is of a render that did not know.
    if (outcome === 'not-stored') checker.notStored(each.page, deployment);
  }
}

export function describeAnswer(invocation: Invocation<UrlAnswer>): string {
  if ('error' in invocation) return invocation.error;
  return `${invocation.answer.status} ${invocation.answer.body.replace(/\s+/g, ' ')}`;
}

function howFarPurged({ pages, purge, everywhere }: Told): PurgeState {
  if (everywhere?.confirmed) return 'everywhere';
  return pages === undefined || purge === 'queued' ? 'queued' : 'accepted';
}
