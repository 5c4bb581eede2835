import { ignored, nested, type ResourceTypes } from '../../cloudformation/resource-type.ts';
import type { StackContext } from '../context.ts';
import { physicalName } from '../physical-name.ts';
import { type NextDue, readScheduleExpression } from '../schedule-expression.ts';
import type { StackFunction } from '../stack-function.ts';
import { functionOf } from './function.ts';

/**
 * Lambda calls a function again that failed at an event, after a minute and after two:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const RETRIES_AFTER_MS = [60_000, 120_000];

export const scheduleResources: ResourceTypes<StackContext> = {
  'AWS::Scheduler::Schedule': {
    properties: {
      Description: ignored('a label'),
      FlexibleTimeWindow: nested({ Mode: 'emulated' }),
      Name: 'emulated',
      ScheduleExpression: 'emulated',
      ScheduleExpressionTimezone: 'emulated',
      State: 'emulated',
      Target: nested({
        Arn: 'emulated',
        Input: 'emulated',
        RetryPolicy: ignored('a call of a function is always taken here; that it fails is for Lambda to repeat'),
        RoleArn: 'emulated',
      }),
    },
    attributes: ['Arn'],
    create: ({ generatedName, properties }, context) => {
      const ref = properties.optionalString('Name') ?? physicalName(generatedName, 64);
      const Arn = `arn:aws:scheduler:${context.region}:${context.accountId}:schedule/default/${ref}`;
      if (properties.object('FlexibleTimeWindow').string('Mode') !== 'OFF') {
        throw new Error("its FlexibleTimeWindow must be 'OFF': others are not emulated");
      }
      if (!/^(Etc\/)?UTC$/.test(properties.optionalString('ScheduleExpressionTimezone') ?? 'UTC')) {
        throw new Error('its time zone must be UTC: others are not emulated');
      }
      const target = properties.object('Target');
      const lambda = functionOf(context, target.string('Arn'));
      const need = { action: 'lambda:InvokeFunction', resource: lambda.arn };
      const refusal = context.access.refusalOfRole(target.string('RoleArn'), [need]);
      if (refusal !== undefined) throw new Error(`its role may not call the function: ${refusal}`);
      const event: unknown = JSON.parse(target.optionalString('Input') ?? '{}');
      const nextDue = readScheduleExpression(properties.string('ScheduleExpression'));
      if (properties.optionalString('State') !== 'DISABLED') startSchedule(nextDue, lambda, event, context);
      return { ref, attributes: { Arn } };
    },
  },
};

function startSchedule(nextDue: NextDue, lambda: StackFunction, event: unknown, context: StackContext): void {
  const { clock } = context;
  let isOver = false;
  const wait = (from: number): void => {
    const dueAt = nextDue(from);
    if (dueAt === undefined || isOver) return;
    clock.after(dueAt - clock.now(), () => {
      if (isOver) return;
      void callUntilDone(lambda, event, clock, () => isOver);
      // A clock that was moved over several due times is late for all but one of them, as a service that was down.
      wait(Math.max(dueAt, latestDue(nextDue, dueAt, clock.now())));
    });
  };
  wait(clock.now());
  context.onStop(() => {
    isOver = true;
  });
}

/** The last time, not after `now`, at which the schedule was due. */
function latestDue(nextDue: NextDue, dueAt: number, now: number): number {
  let latest = dueAt;
  for (let next = nextDue(latest); next !== undefined && next <= now; next = nextDue(latest)) latest = next;
  return latest;
}

async function callUntilDone(
  lambda: StackFunction,
  event: unknown,
  clock: StackContext['clock'],
  isOver: () => boolean,
): Promise<void> {
  for (const delayMs of [...RETRIES_AFTER_MS, undefined]) {
    if (isOver()) return;
    try {
      await lambda.invoke(event);
      return;
    } catch {
      // The function's own event tells of it.
      if (delayMs === undefined) return;
      await clock.sleep(delayMs, `another try of ${lambda.name}`);
    }
  }
}
