import { statSync } from 'node:fs';
import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { namesOf } from '../build/client-files.ts';
import type { Build } from '../build/read-build.ts';
import type { PlacedFile, SiteFiles } from './site-files.ts';

/**
 * The function that uploads has 512 MB of disk, for the archive and for what is in it:
 * https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3_deployment-readme.html#memory-limit
 */
const MAX_UPLOAD_MIB = 240;
const BYTES_PER_MIB = 1024 * 1024;

/** Says of the files of a build what their author may not expect. */
export function noteFiles(scope: Construct, { hiddenFiles, manifest }: Build, files: SiteFiles): void {
  const warn = (name: string, message: string): void => Annotations.of(scope).addWarningV2(`cdk-isr:${name}`, message);
  if (files.unusedTypes.length > 0) {
    const names = files.unusedTypes.join(', ');
    warn('contentTypeUnused', `'contentTypes' has ${names}, which no file of the build has`);
  }
  if (hiddenFiles.length > 0) {
    warn('hiddenFiles', `hidden files are not deployed, except below .well-known/: ${namesOf(hiddenFiles)}`);
  }
  const shadowed = manifest.live.filter((pattern) => files.pagePaths.includes(pattern));
  if (shadowed.length > 0) {
    warn('routesShadowed', `a file of the build is served in the place of the live route ${namesOf(shadowed)}`);
  }
  for (const [contentType, mebibytes] of largeUploads(files)) {
    warn(
      'uploadTooLarge',
      `the files of type ${contentType} have ${mebibytes} MiB together, and the function that uploads them has room for ` +
        `${MAX_UPLOAD_MIB}; keep large files in a bucket of their own`,
    );
  }
}

function largeUploads({ assets, pages }: SiteFiles): readonly (readonly [string, number])[] {
  return [assets, pages].flatMap((files) =>
    Object.entries(Object.groupBy(files, ({ contentType }) => contentType))
      .map(([contentType, group = []]) => [contentType, mebibytesOf(group)] as const)
      .filter(([, mebibytes]) => mebibytes > MAX_UPLOAD_MIB),
  );
}

function mebibytesOf(files: readonly PlacedFile[]): number {
  return Math.round(files.reduce((bytes, { source }) => bytes + statSync(source).size, 0) / BYTES_PER_MIB);
}
