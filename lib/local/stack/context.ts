import type { StackClock } from '../clock.ts';
import type {
  CachePolicyConfig,
  OriginAccessControlConfig,
  OriginRequestPolicyConfig,
  ResponseHeadersPolicyConfig,
} from '../cloudfront/configuration/cloudformation-shapes.ts';
import type { DistributionOptions, LocalDistribution } from '../cloudfront/distribution.ts';
import type { LocalEventListener } from '../events.ts';
import type { AccessControl } from '../iam/access-control.ts';
import type { EventSourceMapping } from '../lambda/event-source-mapping.ts';
import type { ObjectAndQueueServices } from '../object-and-queue-services.ts';
import type { Certificates } from '../tls/certificates.ts';
import type { ListenRequest } from './listen.ts';
import type { LocalState } from './local-state.ts';
import type { Propagation } from './propagation.ts';
import type { StackFunction } from './stack-function.ts';

export interface StackPorts {
  /** Of the distribution that viewers ask. @default any free port */
  readonly distribution?: ListenRequest;
  /** Of a function's URL, by how the function's construct path ends, whatever the case. @default any free port */
  readonly functionUrls?: Readonly<Record<string, ListenRequest>>;
}

/** What the resources of one running stack share: each adds what it is, and finds what it refers to. */
export interface StackContext {
  readonly stackName: string;
  readonly region: string;
  readonly accountId: string;
  readonly ports: StackPorts;
  readonly clock: StackClock;
  readonly state: LocalState;
  readonly access: AccessControl;
  /** With which the distributions speak https, and which the functions trust. */
  readonly certificates: Certificates;
  readonly server: ObjectAndQueueServices;
  /** The variables by which the AWS SDK finds this machine's services. */
  readonly endpoints: Readonly<Record<string, string>>;
  assetPath(objectKey: string): string | undefined;
  readonly onEvent: LocalEventListener;
  /** Tells that something may have come to rest. */
  readonly onChange: () => void;
  /** When what is created or changed takes effect. */
  readonly propagation: Propagation;
  /** Of every distribution. */
  readonly edge: Pick<DistributionOptions, 'calm' | 'seed' | 'watchedHeaders'>;
  /** Ends what a resource started; called in reverse order. */
  onStop(stop: () => Promise<void> | void): void;

  readonly buckets: Set<string>;
  readonly queues: Map<string, QueueFacts>;
  /** By ARN and by name. */
  readonly secrets: Map<string, string>;
  readonly secretsByPath: Map<string, string>;
  readonly functions: Map<string, StackFunction>;
  readonly functionUrls: Map<string, string>;
  /** By the name of the queue that a function takes messages from. */
  readonly mappings: Map<string, EventSourceMapping>;
  /** Where an origin's domain name leads on this machine. */
  readonly origins: Map<string, string>;
  readonly edgeFunctions: Map<string, string>;
  readonly cachePolicies: Map<string, CachePolicyConfig>;
  readonly originRequestPolicies: Map<string, OriginRequestPolicyConfig>;
  readonly responseHeadersPolicies: Map<string, ResponseHeadersPolicyConfig>;
  readonly originAccessControls: Map<string, OriginAccessControlConfig>;
  /** The port of each name of a distribution that is not this machine's own. */
  readonly siteNames: Map<string, number>;
  readonly distributions: Map<string, LocalDistribution>;
  readonly distributionUrls: Map<string, string>;
  /** The logical id of the distribution that viewers ask, see `viewersDistributionOf`. */
  readonly viewersDistribution: string | undefined;
  /** That distribution, once it is there. */
  readonly sites: { readonly url: string; readonly distribution: LocalDistribution }[];
}

export interface QueueFacts {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly isFifo: boolean;
}
