import { callSqs } from '../../aws/sqs.ts';
import type { CliHost } from '../terminal/command.ts';
import type { Place } from './place.ts';
import { openUserAws } from './user-aws.ts';

/** How many messages were put aside after many tries; `undefined` where the queue is not known or cannot be asked. */
export interface DeadLetters {
  readonly jobs: number | undefined;
  readonly purges: number | undefined;
}

export async function countDeadLetters(place: Place, host: CliHost): Promise<DeadLetters> {
  const [jobs, purges] = await Promise.all([
    countIn(place.deadJobsUrl, place, host),
    countIn(place.deadPurgesUrl, place, host),
  ]);
  return { jobs, purges };
}

/** Those between two tries too, when they are not visible. Whoever may not ask still gets the rest of the report. */
async function countIn(
  queueUrl: string | undefined,
  { region, session }: Place,
  { environment }: CliHost,
): Promise<number | undefined> {
  if (queueUrl === undefined) return undefined;
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  try {
    const aws = await openUserAws({ environment, region, session });
    const response = await callSqs(aws, 'GetQueueAttributes', queueUrl, { AttributeNames });
    const { Attributes = {} } = response as { readonly Attributes?: Readonly<Record<string, string>> };
    return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  } catch {
    return undefined;
  }
}
