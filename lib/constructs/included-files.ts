import { join } from 'node:path';
import { IsrError } from '../basics/errors.ts';
import { namesOf } from '../build/client-files.ts';
import { includedFilesIn, isFunctionFile } from '../build/included-files.ts';
import type { Build } from '../build/read-build.ts';
import { copyInto } from './staging.ts';

/**
 * Puts what the site's code reads at run time beside the function's code, which is the working directory on Lambda:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html (LAMBDA_TASK_ROOT)
 *
 * @throws IsrError BUILD_MALFORMED for a file in the place of the function's own
 */
export function addIncludedFiles({ includedDirectory }: Build, folder: string): void {
  const files = includedFilesIn(includedDirectory);
  const misplaced = files.filter(isFunctionFile);
  if (misplaced.length > 0) {
    throw new IsrError(
      'BUILD_MALFORMED',
      `'${includedDirectory}' has files in the place of the functions' own: ${namesOf(misplaced)}; build the site again`,
    );
  }
  copyInto(
    folder,
    files.map((key) => ({ source: join(includedDirectory, key), key })),
  );
}
