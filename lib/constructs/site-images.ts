import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, Duration } from 'aws-cdk-lib';
import {
  type FunctionUrl,
  FunctionUrlAuthType,
  InvokeMode,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { writeEnvironment } from '../basics/environment.ts';
import type { Manifest, ManifestImages } from '../build/manifest.ts';
import type { Build } from '../build/read-build.ts';
import type { ImageConfig } from '../handover/image-config.ts';
import { imageVariables } from '../handover/variables.ts';
import { type ImageRules, sourceName } from '../images/image-query.ts';
import { grantImages } from './grants.ts';
import { ARCHITECTURE, createFunction } from './lambda-function.ts';
import { copySharp, findSharp, installCommand, projectOf, type SharpPackages } from './sharp-packages.ts';
import type { SiteFiles } from './site-files.ts';
import type { SiteSettings } from './site-settings.ts';
import { writeJson } from './staging.ts';

export interface SiteImagesProps {
  readonly build: Build;
  readonly images: ManifestImages;
  readonly settings: SiteSettings;
  readonly files: SiteFiles;
  readonly bucket: Bucket;
}

/** Long enough for a large image and a slow source. A viewer waits no longer. */
export const IMAGE_TIMEOUT = Duration.seconds(30);

/** Context of an app whose assembly is not deployed. */
const LOCAL_CONTEXT = 'cdk-isr:local';

/** The function that makes images for pages that are rendered on demand. */
export class SiteImages extends Construct {
  readonly function: LambdaFunction;
  readonly url: FunctionUrl;
  /** By which the edge names a variant, as the function does. */
  readonly rules: ImageRules;
  readonly images: ManifestImages;

  constructor(scope: Construct, id: string, { build, images, settings, files, bucket }: SiteImagesProps) {
    super(scope, id);
    const { manifest } = build;
    this.images = images;
    this.rules = imageRules(manifest, images);
    const config: ImageConfig = {
      rules: this.rules,
      minimumTtlSeconds: images.minimumTtlSeconds,
      files: imagesIn(files),
    };
    const isLocal = this.node.tryGetContext(LOCAL_CONTEXT) !== undefined;
    const sharp = findSharp(
      projectOf(build.directory),
      `linux-${ARCHITECTURE.name === 'x86_64' ? 'x64' : 'arm64'}`,
      isLocal,
    );
    this.#demand(sharp, isLocal);
    this.function = createFunction(this, 'image', {
      description: 'Makes images for pages that are rendered on demand.',
      timeout: IMAGE_TIMEOUT,
      memoryMiB: settings.imageMemoryMiB,
      reservedConcurrency: settings.imageConcurrency,
      environment: writeEnvironment(imageVariables, {
        bucket: bucket.bucketName,
        deploymentId: manifest.deploymentId,
      }),
      logRetention: settings.logRetention,
      addTo: (folder) => {
        cpSync(build.imageDirectory, join(folder, 'image'), { recursive: true });
        writeJson(join(folder, 'images.json'), config);
        copySharp(sharp, folder);
      },
    });
    grantImages(bucket, this.function, manifest.deploymentId);
    this.url = this.function.addFunctionUrl({
      authType: FunctionUrlAuthType.AWS_IAM,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    });
  }

  /** An assembly that is only run on this machine can do without: sharp takes the binaries of the processor that it is on. */
  #demand({ missing }: SharpPackages, isLocal: boolean): void {
    if (missing.length === 0) return;
    const message =
      `pages of the site ask for images on demand, and the function that makes them needs ${missing.join(' and ')}, ` +
      `which ${missing.length === 1 ? 'is' : 'are'} not installed; run \`${installCommand(missing)}\``;
    if (isLocal) {
      Annotations.of(this).addWarningV2('cdk-isr:sharpMissing', `${message} before you deploy`);
      return;
    }
    Annotations.of(this).addError(
      `${message}, in CI after each \`npm ci\`; docs/astro.md (images) has what pnpm, Yarn and Bun need. ` +
        `To run the stack on this machine alone, synthesize it with \`-c ${LOCAL_CONTEXT}=true\``,
    );
  }
}

function imageRules({ base, assetsFolder, deploymentId }: Manifest, images: ManifestImages): ImageRules {
  const prefix = `images/${images.version}`;
  return {
    parameters: images.parameters,
    widths: images.widths,
    assets: sourceName(`${base.replace(/\/$/, '')}/${assetsFolder}/`),
    sharedPrefix: prefix,
    ownPrefix: `${prefix}-${deploymentId}`,
  };
}

function imagesIn({ pages, pagePaths }: SiteFiles): ImageConfig['files'] {
  const paths = pagePaths.map((path) => decodeURIComponent(path));
  const images = pages.map(({ key, contentType }, index) => [contentType, paths[index] ?? '', key] as const);
  return Object.fromEntries(images.filter(([type]) => type.startsWith('image/')).map(([, path, key]) => [path, key]));
}
