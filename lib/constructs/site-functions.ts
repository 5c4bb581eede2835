import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { type CustomResource, Duration } from 'aws-cdk-lib';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { type IRole, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  type FunctionUrl,
  FunctionUrlAuthType,
  InvokeMode,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Build } from '../build/read-build.ts';
import { WARM_FILE } from '../handover/deployments.ts';
import {
  grantAnnouncedPurges,
  grantAnnouncing,
  grantDeliveries,
  grantDeploymentNotes,
  grantFollowingPurges,
  grantLedger,
  grantPageWriting,
  grantPurgePace,
  grantSessions,
  grantSiteAddress,
  grantTellingOfPurges,
} from './grants.ts';
import { addIncludedFiles } from './included-files.ts';
import { createFunction } from './lambda-function.ts';
import { type SiteEnvironment, siteEnvironment } from './site-environment.ts';
import type { SiteFiles } from './site-files.ts';
import { addMiddleware, addRoutes, grantAnsweringPages } from './site-middleware.ts';
import type { SiteQueues } from './site-queues.ts';
import type { SiteSettings } from './site-settings.ts';
import { addWebhooks, secretVariables } from './site-webhooks.ts';
import { writeJson } from './staging.ts';
import { createWarmUp, warmFileOf } from './warm-up.ts';

type FunctionName = keyof SiteEnvironment;

export interface SiteFunctionsProps {
  readonly build: Build;
  readonly settings: SiteSettings;
  readonly files: SiteFiles;
  readonly bucket: Bucket;
  readonly queues: SiteQueues;
}

interface FunctionOptions {
  readonly description: string;
  readonly timeout: Duration;
  readonly memoryMiB: number;
  /** More than the table of variables has for the function. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Adds files to the folder of the bundle. */
  readonly addTo?: (folder: string) => void;
}

/** The function first waits for its turn, see its `PATIENCE_MS`, and then makes one call to CloudFront. */
export const PURGE_TIMEOUT = Duration.seconds(30);

/** Before and after the render itself, the function reads, writes and purges. */
export function renderFunctionTimeout(settings: SiteSettings): Duration {
  return settings.renderTimeout.plus(Duration.seconds(15));
}

/** The six Lambda functions and their URLs. */
export class SiteFunctions extends Construct {
  readonly serve: LambdaFunction;
  readonly render: LambdaFunction;
  readonly revalidate: LambdaFunction;
  readonly live: LambdaFunction;
  readonly purge: LambdaFunction;
  readonly warm: LambdaFunction;
  /** It is done when the pages of the deployment are rendered. */
  readonly warmUp: CustomResource;
  readonly serveUrl: FunctionUrl;
  readonly liveUrl: FunctionUrl;
  readonly revalidateUrl: FunctionUrl;
  /** CloudFront sends it with each request to the live function, whose URL is open to everybody. */
  readonly originSecret: Secret;
  readonly #props: SiteFunctionsProps;
  readonly #environment: SiteEnvironment;

  constructor(scope: Construct, id: string, props: SiteFunctionsProps) {
    super(scope, id);
    this.#props = props;
    this.originSecret = new Secret(this, 'OriginSecret', {
      description: 'Proves to the live function that a request came through CloudFront.',
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    });
    this.#environment = siteEnvironment({
      ...props,
      manifest: props.build.manifest,
      originSecret: this.originSecret,
    });
    this.serve = this.#serve();
    this.render = this.#render();
    this.revalidate = this.#revalidate();
    this.live = this.#live();
    this.purge = this.#purge();
    this.warm = this.#warm();
    this.warmUp = createWarmUp(this, this.warm, props.build.manifest.deploymentId);
    this.serveUrl = this.serve.addFunctionUrl({
      authType: FunctionUrlAuthType.AWS_IAM,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    });
    // OAC signs no body, so CloudFront could not forward a POST to a URL with AWS_IAM:
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html
    this.liveUrl = this.live.addFunctionUrl({
      authType: FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    });
    this.revalidateUrl = this.revalidate.addFunctionUrl({
      authType: FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.BUFFERED,
    });
  }

  /** The functions that run the user's code. */
  get siteRunners(): readonly LambdaFunction[] {
    return [this.serve, this.render, this.revalidate, this.live, this.warm];
  }

  /** Those of them that answer to viewers, editors and the queue. */
  get answering(): readonly LambdaFunction[] {
    return this.siteRunners.filter((runner) => runner !== this.warm);
  }

  get all(): readonly LambdaFunction[] {
    return [...this.siteRunners, this.purge];
  }

  /** A policy by itself: were it in those of the roles, the functions would come after the distribution. */
  connectTo(distribution: Distribution): void {
    const roles = [this.revalidate, this.purge].flatMap(({ role }): IRole[] => (role === undefined ? [] : [role]));
    const statement = new PolicyStatement({
      actions: ['cloudfront:CreateInvalidation'],
      resources: [distribution.distributionArn],
    });
    new Policy(this, 'Purging', { statements: [statement], roles });
    // For revalidations that wait until the purge is complete.
    const asking = new PolicyStatement({
      actions: ['cloudfront:GetInvalidation'],
      resources: [distribution.distributionArn],
    });
    new Policy(this, 'Waiting', { statements: [asking], roles: roles.slice(0, 1) });
  }

  #serve(): LambdaFunction {
    const { settings, bucket, queues } = this.#props;
    const serve = this.#siteFunction('serve', {
      description: 'Answers requests for pages that the edge does not have.',
      // Longer than CloudFront waits: a page that is rendered too late is still stored for the next viewer.
      timeout: settings.originTimeout.plus(Duration.seconds(15)),
    });
    grantPageWriting(bucket, serve);
    grantLedger(bucket, serve);
    grantAnnouncing(bucket, serve);
    queues.jobs.grants.sendMessages(serve);
    queues.purges.grants.sendMessages(serve);
    return serve;
  }

  #render(): LambdaFunction {
    const { settings, bucket, queues } = this.#props;
    const render = this.#siteFunction('render', {
      description: 'Regenerates pages that have expired.',
      timeout: renderFunctionTimeout(settings),
    });
    grantPageWriting(bucket, render);
    grantLedger(bucket, render);
    if (settings.siteUrl === undefined) grantSiteAddress(bucket, render);
    queues.purges.grants.sendMessages(render);
    render.addEventSource(
      new SqsEventSource(queues.jobs, {
        // One page for each call, so that a slow page delays no other.
        batchSize: 1,
        reportBatchItemFailures: true,
        maxConcurrency: settings.renderConcurrency,
      }),
    );
    render.addEventSource(deadLettersOf(queues.jobsDeadLetters, 1));
    return render;
  }

  #revalidate(): LambdaFunction {
    const { settings, bucket, queues } = this.#props;
    const revalidate = this.#siteFunction('revalidate', {
      description: 'Takes word of changed content, renders and purges.',
      timeout: Duration.minutes(5),
      environment: secretVariables(this, settings.webhooks),
      addTo: (folder) => addWebhooks(settings.webhooks.compiled, folder),
    });
    grantPageWriting(bucket, revalidate);
    grantLedger(bucket, revalidate);
    grantAnnouncing(bucket, revalidate);
    grantPurgePace(bucket, revalidate);
    grantSiteAddress(bucket, revalidate);
    grantDeliveries(bucket, revalidate);
    grantFollowingPurges(bucket, revalidate);
    queues.jobs.grants.sendMessages(revalidate);
    queues.purges.grants.sendMessages(revalidate);
    return revalidate;
  }

  #live(): LambdaFunction {
    const { settings, bucket, queues, build } = this.#props;
    const { sessions, middleware } = build.manifest;
    const live = this.#siteFunction('live', {
      description: 'Runs live routes, whose responses are never stored.',
      timeout: settings.liveTimeout,
      addTo: (folder) => {
        writeJson(join(folder, 'sessions.json'), sessions ?? null);
        addMiddleware(build, folder);
      },
    });
    if (middleware !== undefined) grantAnsweringPages(live, this.#props);
    grantLedger(bucket, live);
    if (sessions !== undefined) grantSessions(bucket, live);
    queues.purges.grants.sendMessages(live);
    return live;
  }

  #purge(): LambdaFunction {
    const { bucket, queues } = this.#props;
    const purge = this.#function('purge', {
      description: 'Merges waiting purges into few calls.',
      timeout: PURGE_TIMEOUT,
      memoryMiB: 256,
    });
    grantPurgePace(bucket, purge);
    grantSiteAddress(bucket, purge);
    grantAnnouncedPurges(bucket, purge);
    grantTellingOfPurges(bucket, purge);
    // For revalidations that were put off until the source of the content has settled.
    grantLedger(bucket, purge);
    purge.addEventSource(
      new SqsEventSource(queues.purges, {
        // Without a batching window, a single purge does not wait. CloudFront throttles to about one call in two seconds
        // per account. So the function itself also takes what waits in the queue.
        batchSize: 10,
        maxConcurrency: 2,
        reportBatchItemFailures: true,
      }),
    );
    purge.addEventSource(deadLettersOf(queues.purgesDeadLetters, 10));
    return purge;
  }

  #warm(): LambdaFunction {
    const { settings, bucket, queues, build } = this.#props;
    const warm = this.#siteFunction('warm', {
      description: 'Renders pages of a deployment before it is served.',
      // After the last page was begun, it renders that one and answers.
      timeout: settings.warmTimeout.plus(renderFunctionTimeout(settings)),
      addTo: (folder) => writeJson(join(folder, WARM_FILE), warmFileOf(build.manifest)),
    });
    grantPageWriting(bucket, warm);
    grantLedger(bucket, warm);
    grantDeploymentNotes(bucket, warm);
    if (settings.siteUrl === undefined) grantSiteAddress(bucket, warm);
    queues.purges.grants.sendMessages(warm);
    return warm;
  }

  #siteFunction(name: FunctionName, options: Omit<FunctionOptions, 'memoryMiB'>): LambdaFunction {
    const { build, settings, files } = this.#props;
    return this.#function(name, {
      ...options,
      memoryMiB: settings.renderMemoryMiB,
      environment: { ...settings.environment, ...options.environment },
      addTo: (folder) => {
        cpSync(build.serverDirectory, join(folder, 'site'), { recursive: true });
        writeJson(join(folder, 'prerendered.json'), files.exceptions);
        addRoutes(build, folder);
        options.addTo?.(folder);
        addIncludedFiles(build, folder);
      },
    });
  }

  #function(name: FunctionName, options: FunctionOptions): LambdaFunction {
    return createFunction(this, name, {
      ...options,
      environment: { ...options.environment, ...this.#environment[name] },
      logRetention: this.#props.settings.logRetention,
    });
  }
}

/** To try them again, each time after the queue's visibility timeout. 2 is the least that Lambda takes. */
function deadLettersOf(queue: Queue, batchSize: number): SqsEventSource {
  return new SqsEventSource(queue, { batchSize, maxConcurrency: 2, reportBatchItemFailures: true });
}
