import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import type { IsrSite } from '../lib/index.ts';

/** Findings of cdk-nag's AwsSolutions pack that are as they should be, each where it is found. */
export function acknowledgeFindings(site: IsrSite): void {
  const bucketId = Stack.of(site).getLogicalId(site.bucket.node.defaultChild as CfnElement);
  acknowledge(site.bucket, {
    S1: 'Only CloudFront and the functions of the stack may read the bucket; data events of CloudTrail tell who did.',
  });
  acknowledge(site.distribution, {
    CFR1: 'The example is for readers everywhere.',
    CFR2: "A web ACL costs money each month; the construct takes one as 'webAclId'.",
    CFR3: 'CloudWatch and the x-isr-cache header say what the example needs to know.',
    CFR4: "The distribution has CloudFront's own domain and certificate, whose protocol versions CloudFront decides.",
  });
  acknowledge(site.failOverDistribution, {
    CFR1: 'It answers to the distribution of the site alone.',
    CFR2: 'A web ACL belongs to the distribution of the site; this one answers to nobody else.',
    CFR3: 'What viewers ask is known to the distribution of the site.',
    CFR4: 'Its only client is CloudFront itself.',
  });
  acknowledge(site.functions.originSecret, {
    SMG4: 'Replacing it takes a deployment, since it is part of the distribution; nobody but CloudFront and the live function knows it.',
  });
  const keysOf = (prefix: string) => `IAM5[Resource::<${bucketId}.Arn>/${prefix}/*]`;
  const { live, purge, revalidate, serve, siteRunners, warm } = site.functions;
  for (const { role } of [...siteRunners, purge]) {
    if (role === undefined) continue;
    acknowledge(role, { [keysOf('_isr/ledger')]: 'The ledger has an object for each of its shards.' });
    if (role === live.role || role === purge.role) continue;
    acknowledge(role, {
      [keysOf('deployments')]: 'A page may have any path.',
      [keysOf('_isr/leases')]: 'A lease has the path of its page.',
      [keysOf('_isr/facts')]: 'Facts are named by their hash.',
    });
  }
  if (warm.role !== undefined) {
    acknowledge(warm.role, { [keysOf('_isr/deployments')]: 'A note is named by its deployment.' });
  }
  if (live.role !== undefined) {
    acknowledge(live.role, { [keysOf('_isr/sessions')]: 'Sessions are named by the hash of their id.' });
  }
  if (revalidate.role !== undefined) {
    acknowledge(revalidate.role, { [keysOf('_isr/webhooks')]: 'Deliveries are named by their hash.' });
  }
  for (const { role } of [serve, revalidate, purge]) {
    if (role !== undefined) acknowledge(role, { [keysOf('_isr/purges')]: 'Announced purges have random names.' });
  }
  if (site.images?.function.role !== undefined) {
    acknowledge(site.images.function.role, {
      [keysOf('assets')]: 'A source of an image may be any hashed file.',
      [keysOf(`deployments/${site.deploymentId}`)]: 'A source of an image may be any file of the build.',
      [keysOf('images')]: 'Images are named by their hash.',
    });
  }
  for (const { role } of [revalidate, purge]) {
    if (role !== undefined) acknowledge(role, { [keysOf('_isr/purges/made')]: 'So have purges that are waited for.' });
  }
  acknowledgeUploads(site, bucketId);
}

/** The secret of a webhook: whoever rotates it has to tell the sender. */
export function acknowledgeWebhookSecret(secret: Secret): void {
  acknowledge(secret, {
    SMG4: "The sender has to learn a new one, so a rotation takes both sides; 'secret' takes two in the meantime.",
  });
}

/** The function of BucketDeployment is aws-cdk-lib's: runtime, role and grants are not ours to set. */
function acknowledgeUploads(site: IsrSite, bucketId: string): void {
  const uploader = Stack.of(site).node.children.find(({ node }) => node.id.startsWith('Custom::CDKBucketDeployment'));
  if (uploader === undefined) return;
  const reason = 'aws-cdk-lib decides it for its own function that uploads files at deploy time.';
  const wildcards = [
    ...['Abort', 'DeleteObject', 'GetBucket', 'GetObject', 'List'].map((action) => `Action::s3:${action}*`),
    `Resource::<${bucketId}.Arn>/*`,
    'Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*',
  ];
  const basicExecution = 'arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
  const rules = ['L1', `IAM4[Policy::${basicExecution}]`, ...wildcards.map((wildcard) => `IAM5[${wildcard}]`)];
  acknowledge(uploader, Object.fromEntries(rules.map((rule) => [rule, reason])));
}

function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [rule, reason] of Object.entries(reasons)) {
    Validations.of(scope).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
  }
}
