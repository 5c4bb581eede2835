import { ignored, type ResourceRequest, type ResourceTypes } from '../../cloudformation/resource-type.ts';
import { statementsOf } from '../../iam/policy.ts';
import type { StackContext } from '../context.ts';
import { physicalName } from '../physical-name.ts';
import { POLICY } from '../propagation.ts';

const NO_ACCESS_CHECK = ignored('the local S3 takes any credentials; only what CloudFront may read is checked');

export const bucketResources: ResourceTypes<StackContext> = {
  'AWS::S3::Bucket': {
    properties: {
      BucketEncryption: ignored('the contents lie on this machine as they are'),
      BucketName: 'emulated',
      LifecycleConfiguration: ignored('objects stay until --fresh'),
      OwnershipControls: NO_ACCESS_CHECK,
      PublicAccessBlockConfiguration: NO_ACCESS_CHECK,
      Tags: ignored('a label'),
    },
    attributes: ['Arn', 'DomainName', 'RegionalDomainName'],
    create: async ({ generatedName, properties }, { server, region, buckets, origins }) => {
      const name = properties.optionalString('BucketName') ?? physicalName(generatedName, 63).toLowerCase();
      await server.createBucket(name);
      buckets.add(name);
      const domainName = `${name}.s3.amazonaws.com`;
      const regionalDomainName = `${name}.s3.${region}.amazonaws.com`;
      for (const domain of [domainName, regionalDomainName]) origins.set(domain, `${server.url}/${name}`);
      return {
        ref: name,
        attributes: { Arn: `arn:aws:s3:::${name}`, DomainName: domainName, RegionalDomainName: regionalDomainName },
      };
    },
  },
  'AWS::S3::BucketPolicy': {
    properties: { Bucket: 'emulated', PolicyDocument: 'emulated' },
    create: writePolicy,
    update: writePolicy,
  },
};

function writePolicy({ generatedName, properties }: ResourceRequest, { access, propagation }: StackContext) {
  const bucket = properties.string('Bucket');
  const statements = statementsOf(properties.raw('PolicyDocument'), `the policy of the bucket '${bucket}'`);
  propagation.later(POLICY, bucket, () => access.setResourcePolicy(`arn:aws:s3:::${bucket}`, statements));
  return { ref: physicalName(generatedName, 64) };
}
