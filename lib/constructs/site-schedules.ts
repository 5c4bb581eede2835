import { type Duration, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { type Check, fieldsOf, listOf, memberOf, optional, rejectUnknown } from '../basics/checks.ts';
import { IsrError } from '../basics/errors.ts';
import type { Given } from '../basics/faults.ts';
import type { PageNaming } from '../core/page/page-name.ts';
import { parseRevalidation } from '../core/revalidation-request.ts';
import type { ScheduledRevalidation } from '../handover/scheduled-revalidation.ts';
import { wholeMinutes } from './prop-checks.ts';

/** What to revalidate again and again, as in the body of a revalidation: at least one of `paths`, `tags`, `prefixes`, `all`. */
export interface RevalidateEvery {
  /** Whole minutes, at most a year. Either this or `cron`. */
  readonly every?: Duration;
  /**
   * When, in UTC, in the six fields of EventBridge: minute, hour, day of the month, month, day of the week, year. At six
   * each morning: `0 6 * * ? *`. Either this or `every`.
   */
  readonly cron?: string;
  /** Rendered, stored and purged. */
  readonly paths?: readonly string[];
  /** Noted and purged: pages with them are rendered when they are next asked for. So are those of `prefixes` and `all`. */
  readonly tags?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly all?: boolean;
}

/** One of them, checked. */
export interface SiteSchedule {
  /** `rate(15 minutes)`, `cron(0 6 * * ? *)` */
  readonly expression: string;
  readonly body: object;
}

const NAMES = ['paths', 'tags', 'prefixes', 'all'];
const CRON_FIELD = /^[\dA-Z*?,/#LW-]+$/;
const MAX_SCHEDULES = 100;
const ONE_YEAR_MINUTES = 525_600;

/** Reads the prop `revalidateEvery`. */
export function siteSchedules(naming: PageNaming): Check<readonly SiteSchedule[]> {
  return (given) => {
    const schedules = listOf(scheduleOf(naming))(given);
    if (schedules === undefined || schedules.length <= MAX_SCHEDULES) return schedules;
    return given.secret.mustBe(
      `at most ${MAX_SCHEDULES} schedules, not ${schedules.length}`,
      'name several paths or tags in one, or a prefix',
    );
  };
}

function scheduleOf(naming: PageNaming): Check<SiteSchedule> {
  return (given) => {
    const fields = fieldsOf(given);
    if (fields === undefined) return undefined;
    rejectUnknown(given, fields, ['every', 'cron', ...NAMES], 'a member that is known');
    const body = Object.fromEntries(
      NAMES.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])),
    );
    checkBody(given, body, naming);
    const every = optional(wholeMinutes(1, ONE_YEAR_MINUTES))(memberOf(given, fields, 'every'));
    const cron = optional(cronFields)(memberOf(given, fields, 'cron'));
    if ((fields.every === undefined) === (fields.cron === undefined)) {
      return given.mustBe("an object with either 'every' or 'cron'", 'write every: Duration.minutes(15)');
    }
    const minutes = every?.toMinutes() ?? 0;
    return {
      expression: cron === undefined ? `rate(${minutes} minute${minutes === 1 ? '' : 's'})` : `cron(${cron})`,
      body,
    };
  };
}

/** As the API would read it when it is time. */
function checkBody(given: Given, body: object, naming: PageNaming): void {
  try {
    parseRevalidation(body, naming);
  } catch (error) {
    if (!(error instanceof IsrError)) throw error;
    for (const { place, value, mustBe, remedy } of error.faults) {
      place
        .reduce<Given>((at, step) => at.at(step, value), given)
        .instead(value)
        .mustBe(mustBe, remedy);
    }
  }
}

const cronFields: Check<string> = (given) => {
  const fields = typeof given.value === 'string' ? given.value.trim().split(/\s+/) : [];
  const isGood = fields.length === 6 && fields.every((field) => CRON_FIELD.test(field));
  // EventBridge refuses both, and neither.
  const isOfOneDay = (fields[2] === '?') !== (fields[4] === '?');
  if (isGood && isOfOneDay) return fields.join(' ');
  return given.mustBe(
    "six fields (minute, hour, day of the month, month, day of the week, year) with one '?' for a day",
    "write six each morning as '0 6 * * ? *'",
  );
};

export interface SiteSchedulesProps {
  readonly schedules: readonly SiteSchedule[];
  readonly revalidate: IFunction;
}

/** Schedules of EventBridge that call the revalidate function, by a role that may do that and nothing else. */
export class SiteSchedules extends Construct {
  constructor(scope: Construct, id: string, { schedules, revalidate }: SiteSchedulesProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      description: 'Calls the revalidate function when it is time.',
      // Not for a schedule of another account that names this role.
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    const invoking = new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [revalidate.functionArn] });
    const policy = new Policy(this, 'Invoking', { statements: [invoking], roles: [role] });
    schedules.forEach(({ expression, body }, index) => {
      const input: ScheduledRevalidation = { scheduledRevalidation: body };
      const schedule = new CfnSchedule(this, `Schedule${index + 1}`, {
        description: `Revalidates ${JSON.stringify(body)}`.slice(0, 512),
        scheduleExpression: expression,
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: revalidate.functionArn,
          roleArn: role.roleArn,
          input: JSON.stringify(input),
          // Only for a call that Lambda does not take. What it took, it tries three times itself.
          retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: 3600 },
        },
      });
      schedule.node.addDependency(policy);
    });
  }
}
