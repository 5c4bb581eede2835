import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that synthesize, and folders whose files run a stack, a browser or builds: the rest takes about a second each. */
const LONG =
  /\/test\/(?:constructs\/site\.|guarantees\/|browser\/|adapter\/.*-site\.|seed\/|local\/(?:lambda|s3|stack)\/)/;

/**
 * The long files first, so that no worker goes on alone at the end of a run. Among them, and among the others, Vitest's own order:
 * by the durations of earlier runs, and by size when there was none.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
