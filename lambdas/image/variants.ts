import type { AwsClient } from '../../lib/aws/client.ts';
import { openS3Bucket } from '../../lib/aws/s3-bucket.ts';
import { firstObjects } from '../../lib/aws/s3-listing.ts';
import type { StoredObject } from '../../lib/core/bucket/bucket.ts';
import { MAX_VARIANTS } from '../../lib/images/answer-image.ts';
import type { ImagePorts, StoredVariant, Variant } from '../../lib/images/ports.ts';
import { VARIANT_EXPIRES_HEADER, VARIANT_SOURCE_ETAG_HEADER } from '../../lib/images/variant-headers.ts';

/** Variants as objects that S3 can send by itself. */
export function createVariants(bucketName: string, aws: AwsClient): ImagePorts['variants'] {
  const bucket = openS3Bucket(bucketName, aws);
  return {
    async read(key) {
      const object = await bucket.get(key);
      return object && variantOf(object);
    },
    async write(key, variant, cacheControl) {
      return await bucket.put(key, variant.bytes, {
        headers: { 'cache-control': cacheControl, ...headersOf(variant) },
      });
    },
    async count(prefix) {
      return (await firstObjects(aws, bucketName, `${prefix}/`, MAX_VARIANTS)).length;
    },
  };
}

function headersOf({ contentType, expiresAt, sourceEtag }: Variant): Record<string, string> {
  return {
    'content-type': contentType,
    ...(expiresAt === 'never' ? {} : { [VARIANT_EXPIRES_HEADER]: String(expiresAt) }),
    ...(sourceEtag === undefined ? {} : { [VARIANT_SOURCE_ETAG_HEADER]: encodeURIComponent(sourceEtag) }),
  };
}

function variantOf({ body, etag, headers }: StoredObject): StoredVariant {
  const { [VARIANT_EXPIRES_HEADER]: expires, [VARIANT_SOURCE_ETAG_HEADER]: sourceEtag } = headers;
  return {
    bytes: body,
    etag,
    contentType: headers['content-type'] ?? 'application/octet-stream',
    expiresAt: expires === undefined ? 'never' : Number(expires),
    sourceEtag: sourceEtag === undefined ? undefined : decodeURIComponent(sourceEtag),
  };
}
