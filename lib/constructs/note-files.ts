import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { namesOf } from '../build/client-files.ts';
import type { Build } from '../build/read-build.ts';
import type { SiteFiles } from './site-files.ts';
import type { SiteSettings } from './site-settings.ts';
import { diskFor, roomOnDisk, uploadSizes } from './upload-room.ts';

/** Says of the files of a build what their author may not expect. */
export function noteFiles(
  scope: Construct,
  { hiddenFiles, manifest }: Build,
  files: SiteFiles,
  { uploadDiskMiB }: Pick<SiteSettings, 'uploadDiskMiB'>,
): void {
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
  const room = roomOnDisk(uploadDiskMiB ?? diskFor(files));
  for (const { contentType, mebibytes } of uploadSizes(files).filter((upload) => upload.mebibytes > room)) {
    const remedy = uploadDiskMiB === undefined ? 'keep large files in a bucket of their own' : "raise 'uploadDiskMiB'";
    warn(
      'uploadTooLarge',
      `the files of type ${contentType} have ${mebibytes} MiB together, and the function that uploads them has room for ` +
        `${room}; ${remedy}`,
    );
  }
}
