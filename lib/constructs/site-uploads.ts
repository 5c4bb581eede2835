import { join } from 'node:path';
import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { FAIL_OVER_CACHE_CONTROL, NOT_STORED } from '../core/policy/edge-cache-control.ts';
import { contentTypeOf } from './content-types.ts';
import type { PlacedFile, SiteFiles } from './site-files.ts';
import type { SiteSettings } from './site-settings.ts';
import { copyInto, emptyStagingFolder, writeJson } from './staging.ts';

export interface SiteUploadsProps {
  readonly bucket: IBucket;
  readonly deploymentId: string;
  readonly files: SiteFiles;
  readonly settings: SiteSettings;
}

interface Upload {
  readonly id: string;
  readonly prefix: string;
  readonly cacheControl: string;
  /** Guessed by S3 when absent. */
  readonly contentType?: string | undefined;
}

const ASSET_CACHE_CONTROL = 'public, max-age=31536000, immutable';

/** Puts the files of the build into the bucket. Nothing is ever deleted: old HTML finds its assets, a rollback its pages. */
export class SiteUploads extends Construct {
  readonly #props: SiteUploadsProps;
  #logs: LogGroup | undefined;

  constructor(scope: Construct, id: string, props: SiteUploadsProps) {
    super(scope, id);
    this.#props = props;
    const { files, deploymentId } = props;
    this.#upload(files.assets, { id: 'Assets', prefix: 'assets', cacheControl: ASSET_CACHE_CONTROL });
    this.#upload(files.pages, {
      id: 'Pages',
      prefix: `deployments/${deploymentId}`,
      cacheControl: FAIL_OVER_CACHE_CONTROL,
    });
    if (Object.keys(files.exceptions).length > 0) this.#uploadExceptions();
  }

  /** For whoever reads the bucket from outside: the functions have it beside their bundles. */
  #uploadExceptions(): void {
    const { deploymentId, files } = this.#props;
    const upload = { id: 'Prerendered', prefix: '_isr/prerendered', cacheControl: NOT_STORED };
    const folder = emptyStagingFolder(this, upload.id);
    writeJson(join(folder, `${deploymentId}.json`), files.exceptions);
    this.#deploy(folder, upload);
  }

  /** An upload has one content type for all its files, or leaves it to be guessed. */
  #upload(files: readonly PlacedFile[], upload: Upload): void {
    for (const [contentType, group] of byContentType(files)) {
      const id = contentType === undefined ? upload.id : `${upload.id}-${contentType.replaceAll(/[^a-z0-9]+/g, '-')}`;
      const folder = emptyStagingFolder(this, id);
      copyInto(folder, group);
      this.#deploy(folder, { ...upload, id, contentType });
    }
  }

  #deploy(folder: string, { id, prefix, cacheControl, contentType }: Upload): void {
    new BucketDeployment(this, id, {
      sources: [Source.asset(folder)],
      destinationBucket: this.#props.bucket,
      destinationKeyPrefix: prefix,
      cacheControl: [CacheControl.fromString(cacheControl)],
      contentType,
      prune: false,
      outputObjectKeys: false,
      logGroup: this.#logGroup(),
    });
  }

  #logGroup(): LogGroup {
    this.#logs ??= new LogGroup(this, 'Logs', {
      retention: this.#props.settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return this.#logs;
  }
}

function byContentType(files: readonly PlacedFile[]): Map<string | undefined, PlacedFile[]> {
  const groups = new Map<string | undefined, PlacedFile[]>();
  for (const file of files) {
    const type = contentTypeOf(file.key);
    const contentType = type.guessed ? undefined : type.value;
    groups.set(contentType, [...(groups.get(contentType) ?? []), file]);
  }
  return groups;
}
