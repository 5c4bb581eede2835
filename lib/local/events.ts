/** What happened in the local stack, for the inspector, the tests and the benchmark. `at` is epoch milliseconds of the stack's clock. */
export type LocalEvent =
  | {
      readonly kind: 'request';
      readonly at: number;
      readonly method: string;
      readonly path: string;
      readonly status: number;
      /** The edge location that answered, as in `x-amz-cf-pop`. */
      readonly location: string;
      /** As in `x-cache`: `Hit from cloudfront`. */
      readonly edge: string;
      /** Those of `watchedHeaders` that the origin's response carries, or the stored copy of it. Lower-case names. */
      readonly headers: Readonly<Record<string, string>>;
      readonly milliseconds: number;
    }
  | {
      readonly kind: 'api-call';
      readonly at: number;
      readonly service: 's3' | 'sqs' | 'cloudfront';
      /** The name of the AWS API action: `GetObject`. */
      readonly action: string;
      /** S3 key, queue name or distribution id. */
      readonly resource: string;
      readonly status: number;
    }
  | {
      readonly kind: 'invocation';
      readonly at: number;
      readonly functionName: string;
      readonly coldStart: boolean;
      readonly milliseconds: number;
      /** Lambda's error type when the invocation failed. */
      readonly error: string | undefined;
    }
  | { readonly kind: 'log'; readonly at: number; readonly functionName: string; readonly line: string }
  | {
      /** It has taken effect at one edge location. */
      readonly kind: 'invalidation';
      readonly at: number;
      readonly items: readonly string[];
      readonly removed: number;
      readonly location: string;
    }
  | {
      readonly kind: 'job';
      readonly at: number;
      readonly queueName: string;
      readonly messages: number;
      readonly failures: number;
    };

export type LocalEventListener = (event: LocalEvent) => void;
