import { basename, dirname, join } from 'node:path';
import { RemovalPolicy, Size } from 'aws-cdk-lib';
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  BucketDeployment,
  type BucketDeploymentProps,
  CacheControl,
  type ISource,
  Source,
} from 'aws-cdk-lib/aws-s3-deployment';
import { Construct, type IDependable } from 'constructs';
import { FAIL_OVER_CACHE_CONTROL, NOT_STORED } from '../core/policy/edge-cache-control.ts';
import { SITE_ADDRESS_KEY, type SiteAddress } from '../handover/site-address.ts';
import type { PlacedFile, SiteFiles } from './site-files.ts';
import type { SiteSettings } from './site-settings.ts';
import { copyInto, emptyStagingFolder, writeJson } from './staging.ts';
import { UNAVAILABLE_PAGE } from './unavailable-page.ts';
import { diskFor } from './upload-room.ts';

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
  readonly contentType: string;
}

/** The page for viewers while a page is not stored and the functions fail. */
export const UNAVAILABLE_KEY = 'errors/503.html';

const CDK_DISK_MIB = 512;
const ASSET_CACHE_CONTROL = 'public, max-age=31536000, immutable';

/** Puts the files of the build into the bucket. It deletes nothing: old HTML needs its assets, and a rollback its pages. */
export class SiteUploads extends Construct {
  readonly #props: SiteUploadsProps;
  #logs: LogGroup | undefined;
  #hasLayer = false;

  constructor(scope: Construct, id: string, props: SiteUploadsProps) {
    super(scope, id);
    this.#props = props;
    const { files, deploymentId } = props;
    this.#upload(files.assets, { id: 'Assets', prefix: 'assets', cacheControl: ASSET_CACHE_CONTROL });
    const prefix = `deployments/${deploymentId}`;
    this.#upload(files.pages, { id: 'Pages', prefix, cacheControl: FAIL_OVER_CACHE_CONTROL });
    // In a folder of their own: on disk, a file and a folder cannot have one name.
    this.#upload(files.twins, { id: 'Twins', prefix, cacheControl: FAIL_OVER_CACHE_CONTROL });
    if (Object.keys(files.exceptions).length > 0) this.#uploadExceptions();
    this.#uploadUnavailablePage();
  }

  #uploadUnavailablePage(): void {
    this.#deploy(this, Source.data(basename(UNAVAILABLE_KEY), UNAVAILABLE_PAGE), {
      id: 'Unavailable',
      prefix: dirname(UNAVAILABLE_KEY),
      cacheControl: 'no-store',
      contentType: 'text/html; charset=utf-8',
    });
  }

  /** In `scope`: what comes after the distribution must not be among what the edge function waits for. */
  uploadAddress(scope: Construct, distribution: IDistribution): IDependable {
    const address: SiteAddress & Pick<SiteUploadsProps, 'deploymentId'> = {
      distributionId: distribution.distributionId,
      url: `https://${distribution.distributionDomainName}`,
      // So that each deployment writes the object anew, should somebody have spoilt it.
      deploymentId: this.#props.deploymentId,
    };
    return this.#deploy(scope, Source.jsonData(basename(SITE_ADDRESS_KEY), address), {
      id: 'Address',
      prefix: dirname(SITE_ADDRESS_KEY),
      cacheControl: NOT_STORED,
      contentType: 'application/json',
    });
  }

  /** For readers outside of the functions, which have the same file beside their bundles. */
  #uploadExceptions(): void {
    const { deploymentId, files } = this.#props;
    const folder = emptyStagingFolder(this, 'Prerendered');
    writeJson(join(folder, `${deploymentId}.json`), files.exceptions);
    this.#deploy(this, Source.asset(folder), {
      id: 'Prerendered',
      prefix: '_isr/prerendered',
      cacheControl: NOT_STORED,
      contentType: 'application/json',
    });
  }

  /**
   * An upload has one content type for all its files. Without it, `aws s3 cp` would guess from a table of Python, which
   * has no fonts and no charsets (aws/aws-cli#1249).
   */
  #upload(files: readonly PlacedFile[], upload: Omit<Upload, 'contentType'>): void {
    for (const [contentType, group = []] of Object.entries(Object.groupBy(files, (file) => file.contentType))) {
      const id = `${upload.id}-${idOf(contentType)}`;
      const folder = emptyStagingFolder(this, id);
      copyInto(folder, group);
      this.#deploy(this, Source.asset(folder), { ...upload, id, contentType });
    }
  }

  #deploy(scope: Construct, source: ISource, { id, prefix, cacheControl, contentType }: Upload): BucketDeployment {
    const deployment = new BucketDeployment(scope, id, {
      sources: [source],
      destinationBucket: this.#props.bucket,
      destinationKeyPrefix: prefix,
      cacheControl: [CacheControl.fromString(cacheControl)],
      contentType,
      prune: false,
      outputObjectKeys: false,
      logGroup: this.#logGroup(),
      ...this.#room(),
    });
    // Each upload makes a layer with the AWS CLI. But all uploads share one function, which uses only the first layer.
    if (this.#hasLayer) deployment.node.tryRemoveChild('AwsCliLayer');
    this.#hasLayer = true;
    return deployment;
  }

  /** Nothing for what CDK's function has anyway: with other sizes it is another function. */
  #room(): Pick<BucketDeploymentProps, 'memoryLimit' | 'ephemeralStorageSize'> {
    const { settings, files } = this.#props;
    const { uploadMemoryMiB: memoryLimit, uploadDiskMiB: diskMiB = diskFor(files) } = settings;
    return {
      ...(memoryLimit === undefined ? {} : { memoryLimit }),
      ...(diskMiB === CDK_DISK_MIB ? {} : { ephemeralStorageSize: Size.mebibytes(diskMiB) }),
    };
  }

  #logGroup(): LogGroup {
    this.#logs ??= new LogGroup(this, 'Logs', {
      retention: this.#props.settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return this.#logs;
  }
}

/** `text-css` */
function idOf(contentType: string): string {
  return contentType.replace(/^(text\/[^;]*); charset=utf-8$/, '$1').replaceAll(/[^A-Za-z0-9]+/g, '-');
}
