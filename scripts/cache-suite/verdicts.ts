import type { RawResult, SuiteTest } from './suite.ts';

/** `depends`: a test that it builds upon did not pass. `setup`: the cache did not do what the test needs to begin. */
export type Verdict = 'pass' | 'fail' | 'depends' | 'setup';

/** As https://cache-tests.fyi counts. */
export function verdictsOf(
  tests: readonly SuiteTest[],
  results: Readonly<Record<string, RawResult>>,
): ReadonlyMap<string, Verdict> {
  const byId = new Map(tests.map((test) => [test.id, test]));
  const verdicts = new Map<string, Verdict>();
  const verdictOf = (id: string): Verdict => {
    const known = verdicts.get(id);
    if (known !== undefined) return known;
    const passes = (byId.get(id)?.dependsOn ?? []).every((other) => verdictOf(other) === 'pass');
    const verdict = passes ? ownVerdict(results[id]) : 'depends';
    verdicts.set(id, verdict);
    return verdict;
  };
  return new Map(tests.map(({ id }) => [id, verdictOf(id)]));
}

function ownVerdict(result: RawResult | undefined): Verdict {
  if (result === true) return 'pass';
  return result === undefined || result[0] === 'Setup' ? 'setup' : 'fail';
}

/** Why a test does not pass, by its id: CloudFront does it so, says the source; or the emulator knows no better. */
export interface Expectation {
  readonly verdict: Exclude<Verdict, 'pass'>;
  readonly reason: string;
  /** Where AWS says so. */
  readonly source?: string;
}

export type Expectations = Readonly<Record<string, Expectation>>;

/** One line for each test that is not as expected. */
export function surprises(verdicts: ReadonlyMap<string, Verdict>, expected: Expectations): readonly string[] {
  const lines = [...verdicts].flatMap(([id, verdict]) => {
    const known = expected[id]?.verdict ?? 'pass';
    return known === verdict ? [] : [`${id}: expected '${known}', got '${verdict}'`];
  });
  const gone = Object.keys(expected).filter((id) => !verdicts.has(id));
  return [...lines, ...gone.map((id) => `${id}: expected, but the suite has no such test`)];
}
