import { createHash } from 'node:crypto';
import type { PropertyReader } from '../../cloudformation/property-reader.ts';
import {
  ignored,
  type ResourceRequest,
  type ResourceTypes,
  type ResourceValues,
} from '../../cloudformation/resource-type.ts';
import type { StackContext } from '../context.ts';
import { type DeploymentSource, deploymentFiles, joinKey, metadataHeaders } from '../deployment-files.ts';
import { syncFiles } from '../object-upload.ts';

const EMPTY_EDGE = ignored('the edge cache is empty when the stack starts');

/** The upload of files that CDK's `BucketDeployment` makes, done without its Lambda. */
export const bucketDeploymentResources: ResourceTypes<StackContext> = {
  'Custom::CDKBucketDeployment': {
    properties: {
      DestinationBucketArn: 'emulated',
      DestinationBucketKeyPrefix: 'emulated',
      DestinationBucketName: 'emulated',
      DistributionId: EMPTY_EDGE,
      DistributionPaths: EMPTY_EDGE,
      Exclude: 'emulated',
      Include: 'emulated',
      OutputObjectKeys: ignored('only who asks for the keys gets them'),
      Prune: 'emulated',
      RetainOnDelete: ignored('a local stack is never deleted: --fresh forgets it'),
      ServiceToken: ignored('its Lambda never runs here'),
      SourceBucketNames: ignored('every asset comes from the assembly'),
      SourceMarkers: 'emulated',
      SourceMarkersConfig: ignored('markers are replaced as they are'),
      SourceObjectKeys: 'emulated',
      SystemMetadata: 'emulated',
      UserMetadata: 'emulated',
      WaitForDistributionInvalidation: EMPTY_EDGE,
    },
    attributes: ['DestinationBucketArn', 'SourceObjectKeys'],
    create: upload,
    update: upload,
  },
};

async function upload(
  { logicalId, generatedName, properties }: ResourceRequest,
  context: StackContext,
): Promise<ResourceValues> {
  const bucket = properties.string('DestinationBucketName');
  const prefix = (properties.optionalString('DestinationBucketKeyPrefix') ?? '').replace(/^\/$/, '');
  const settings = {
    prefix,
    exclude: properties.strings('Exclude'),
    include: properties.strings('Include'),
    headers: metadataHeaders(properties),
  };
  const prune = properties.optionalBoolean('Prune') ?? true;
  const sources = sourcesOf(properties, context);
  // Asset folders are named by the hash of their content.
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([bucket, settings, prune, sources]))
    .digest('hex');
  await context.state.applyOnce(logicalId, fingerprint, async () => {
    const target = { bucketUrl: `${context.server.url}/${bucket}`, prefix: prefix && joinKey(prefix, ''), prune };
    await syncFiles(await deploymentFiles(sources, settings), target);
  });
  const SourceObjectKeys = properties.strings('SourceObjectKeys');
  const DestinationBucketArn = properties.optionalString('DestinationBucketArn') ?? `arn:aws:s3:::${bucket}`;
  return { ref: generatedName, attributes: { DestinationBucketArn, SourceObjectKeys } };
}

function sourcesOf(properties: PropertyReader, { assetPath }: StackContext): readonly DeploymentSource[] {
  const markers = (properties.raw('SourceMarkers') ?? []) as readonly Readonly<Record<string, string>>[];
  return properties.strings('SourceObjectKeys').map((key, index) => {
    const directory = assetPath(key);
    if (directory === undefined) throw new Error(`the asset '${key}' is not in the assembly; synthesize again`);
    return { directory, markers: markers[index] ?? {} };
  });
}
