import type { AwsClient } from '../../aws/client.ts';
import { openS3Bucket } from '../../aws/s3-bucket.ts';
import { headObject, type ListedObject, listFolders, listObjects } from '../../aws/s3-listing.ts';
import { IsrError } from '../../basics/errors.ts';
import type { Bucket, StoredObject } from '../../core/bucket/bucket.ts';
import { type CliHost, UsageError } from '../terminal/command.ts';
import { awsFailure } from './aws-failure.ts';
import { type Place, requireFrom } from './place.ts';
import { openUserAws } from './user-aws.ts';

/** The bucket of a site, read with the user's own credentials. */
export interface SiteBucket {
  readonly deploymentId: string;
  /** Read-only: a write throws. */
  readonly objects: Bucket;
  /** Headers and size of an object, without its body. */
  head(key: string): Promise<StoredObject | undefined>;
  /** In the order of their keys, up to a thousand at a time. */
  list(prefix: string): AsyncIterable<readonly ListedObject[]>;
}

export async function openBucket(place: Place, { environment }: CliHost): Promise<SiteBucket> {
  const bucket = requireFrom(place, 'bucket');
  const { region, session } = place;
  const aws = await openUserAws({ environment, region, session });
  return {
    deploymentId: place.deploymentId ?? (await onlyDeployment(aws, bucket)),
    objects: readOnly(openS3Bucket(bucket, aws), bucket),
    head: (key) => headObject(aws, bucket, key).catch((error: unknown) => cannotRead(key, bucket, error)),
    async *list(prefix) {
      try {
        yield* listObjects(aws, bucket, prefix);
      } catch (error) {
        cannotRead(prefix, bucket, error);
      }
    },
  };
}

/** For a stack whose deployment is not known. */
async function onlyDeployment(aws: AwsClient, bucket: string): Promise<string> {
  const ids = await listFolders(aws, bucket, 'deployments/').catch((error: unknown) => {
    throw awsFailure(`cannot list bucket '${bucket}'`, error);
  });
  const [id, ...others] = ids;
  if (id !== undefined && others.length === 0) return id;
  if (id === undefined) throw new UsageError(`bucket '${bucket}' holds no deployment; is it the one of the site?`);
  throw new UsageError(
    `bucket '${bucket}' holds ${ids.length} deployments; choose with --deployment: ${ids.join(', ')}`,
  );
}

/** The bucket's own errors give advice about the functions' roles; here it is about the user's credentials. */
function readOnly({ get, getUnless }: Bucket, name: string): Bucket {
  const explain = (key: string) => (error: unknown) =>
    cannotRead(key, name, error instanceof IsrError ? (error.cause ?? error) : error);
  return {
    get: (key) => get(key).catch(explain(key)),
    getUnless: (key, etag) => getUnless(key, etag).catch(explain(key)),
    put: refuseToWrite,
    remove: refuseToWrite,
  };
}

function cannotRead(key: string, bucket: string, error: unknown): never {
  throw awsFailure(`cannot read '${key}' of bucket '${bucket}'`, error);
}

async function refuseToWrite(): Promise<never> {
  throw new Error('the command line only reads the bucket');
}
