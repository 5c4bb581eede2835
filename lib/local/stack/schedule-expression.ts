/** When a schedule is due next, after an instant. Epoch milliseconds; `undefined`: never again. */
export type NextDue = (after: number) => number | undefined;

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const UNIT_MINUTES = { minute: 1, hour: 60, day: 1440 } as const;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
/** February 29 on a given day of the week comes once in 28 years, and in 40 around a year such as 2100. */
const SEARCHED_DAYS = 366 * 41;

/**
 * Reads `rate(15 minutes)` or `cron(0 6 * * ? *)`, in UTC, as EventBridge does:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html. A rate counts from when the schedule is made.
 *
 * @throws Error for what EventBridge refuses, and for `L`, `W` and `#`, which are not emulated
 */
export function readScheduleExpression(expression: string): NextDue {
  const [, kind, inner = ''] = /^(rate|cron)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return rate(inner);
  if (kind === 'cron') return cron(inner);
  throw new Error(`the schedule '${expression}' is not emulated; use rate(...) or cron(...)`);
}

function rate(text: string): NextDue {
  const [, count = '', unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(text) ?? [];
  const minutes = Number(count) * (UNIT_MINUTES[unit as keyof typeof UNIT_MINUTES] ?? 0);
  if (minutes <= 0) throw new Error(`rate(${text}) must be a number above 0 with minutes, hours or days`);
  return (after) => after + minutes * MINUTE_MS;
}

type Matches = (value: number) => boolean;

function cron(text: string): NextDue {
  const fields = text.trim().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = fields;
  if (fields.length !== 6) throw new Error(`cron(${text}) must have six fields, not ${fields.length}`);
  if ((day === '?') === (weekday === '?')) throw new Error(`cron(${text}) must have '?' for one of the days`);
  const isMinute = field(minute, 0, 59);
  const isHour = field(hour, 0, 23);
  const isMonth = field(month, 1, 12, MONTHS);
  const isYear = field(year, 1970, 2199);
  const isDay = day === '?' ? undefined : field(day, 1, 31);
  // 1 is Sunday.
  const isWeekday = weekday === '?' ? undefined : field(weekday, 1, 7, WEEKDAYS);
  const isDate = (date: Date): boolean =>
    isYear(date.getUTCFullYear()) &&
    isMonth(date.getUTCMonth() + 1) &&
    (isDay?.(date.getUTCDate()) ?? true) &&
    (isWeekday?.(date.getUTCDay() + 1) ?? true);
  return (after) => nextOf(after, isDate, (time) => isHour(time.getUTCHours()) && isMinute(time.getUTCMinutes()));
}

function nextOf(after: number, isDate: (date: Date) => boolean, isTime: (time: Date) => boolean): number | undefined {
  const first = (Math.floor(after / MINUTE_MS) + 1) * MINUTE_MS;
  const today = Math.floor(first / DAY_MS) * DAY_MS;
  for (let day = today; day < today + SEARCHED_DAYS * DAY_MS; day += DAY_MS) {
    if (!isDate(new Date(day))) continue;
    for (let time = Math.max(first, day); time < day + DAY_MS; time += MINUTE_MS)
      if (isTime(new Date(time))) return time;
  }
  return undefined;
}

/** `names`: of the values from `min` on. */
function field(text: string, min: number, max: number, names: readonly string[] = []): Matches {
  const parts = text.split(',').map((part) => partOf(part, min, max, names));
  return (value) => parts.some((matches) => matches(value));
}

function partOf(text: string, min: number, max: number, names: readonly string[]): Matches {
  const [, from = '', , to, step] = /^(\*|\w+)(-(\w+))?(?:\/(\d+))?$/.exec(text) ?? [];
  const numberOf = (name: string): number => (names.includes(name) ? names.indexOf(name) + min : Number(name));
  const first = from === '*' ? min : numberOf(from);
  const single = step === undefined ? first : max;
  const last = to === undefined ? (from === '*' ? max : single) : numberOf(to);
  const every = Number(step ?? 1);
  const isGood = [first, last].every((value) => Number.isInteger(value) && value >= min && value <= max) && every > 0;
  if (from === '' || !isGood)
    throw new Error(`'${text}' in a cron expression is not emulated, or not ${min} to ${max}`);
  return (value) => value >= first && value <= last && (value - first) % every === 0;
}
