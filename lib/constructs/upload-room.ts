import { statSync } from 'node:fs';
import type { PlacedFile, SiteFiles } from './site-files.ts';

/** What Lambda gives without being asked, and what it gives at most: https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html */
const DISKS_MIB = [512, 1024, 2048, 4096, 8192, 10_240] as const;
const BYTES_PER_MIB = 1024 * 1024;
const OTHERS_MIB = 32;

/** Files of one content type are one upload. */
export interface UploadSize {
  readonly contentType: string;
  readonly mebibytes: number;
}

export function uploadSizes({ assets, pages }: Pick<SiteFiles, 'assets' | 'pages'>): readonly UploadSize[] {
  return [assets, pages].flatMap((files) =>
    Object.entries(Object.groupBy(files, ({ contentType }) => contentType)).map(([contentType, group = []]) => ({
      contentType,
      mebibytes: mebibytesOf(group),
    })),
  );
}

/** The function that uploads has the archive on its disk, and beside it what is in it. */
export function roomOnDisk(diskMiB: number): number {
  return Math.floor((diskMiB - OTHERS_MIB) / 2);
}

/** The smallest disk with room for each upload; the largest that there is when none has. Few sizes: each is a function. */
export function diskFor(files: Pick<SiteFiles, 'assets' | 'pages'>): number {
  const largest = Math.max(0, ...uploadSizes(files).map(({ mebibytes }) => mebibytes));
  return DISKS_MIB.find((diskMiB) => roomOnDisk(diskMiB) >= largest) ?? 10_240;
}

function mebibytesOf(files: readonly PlacedFile[]): number {
  return Math.round(files.reduce((bytes, { source }) => bytes + statSync(source).size, 0) / BYTES_PER_MIB);
}
