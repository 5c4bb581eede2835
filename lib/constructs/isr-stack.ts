import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { IsrSite } from './isr-site.ts';
import type { IsrSiteProps } from './isr-site-props.ts';

export interface IsrStackProps extends StackProps, IsrSiteProps {}

/** A stack with one site and nothing else. Its outputs have all URLs and names. */
export class IsrStack extends Stack {
  readonly site: IsrSite;

  constructor(scope: Construct, id: string, props: IsrStackProps) {
    super(scope, id, props);
    this.site = new IsrSite(this, 'Site', props);
    const { distribution, bucket, queues } = this.site;
    this.#output('SiteUrl', this.site.url, 'Where the site is.');
    this.#output('DistributionUrl', `https://${distribution.distributionDomainName}`, "The distribution's own domain.");
    this.#output('RevalidateUrl', this.site.revalidateUrl, 'Where revalidations are sent, with the token.');
    for (const [name, url] of Object.entries(this.site.webhookUrls)) {
      const id = name.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
      this.#output(`WebhookUrl${id.join('')}`, url, `Where the webhook '${name}' is sent.`);
    }
    this.#output('DistributionId', distribution.distributionId, 'The CloudFront distribution.');
    this.#output('BucketName', bucket.bucketName, 'Pages, hashed files, leases and ledger.');
    this.#output('DeploymentId', this.site.deploymentId, 'Whose pages are served: a hash of the build.');
    this.#output('WarmUp', this.site.functions.warmUp.getAttString('Summary'), 'What was rendered before the switch.');
    this.#output('JobsQueueUrl', queues.jobs.queueUrl, 'Pages that wait for their regeneration.');
    this.#output('JobsDeadLettersQueueUrl', queues.jobsDeadLetters.queueUrl, 'Pages that could not be regenerated.');
    this.#output('PurgesDeadLettersQueueUrl', queues.purgesDeadLetters.queueUrl, 'Purges that could not be made.');
  }

  #output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
