const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const LONG_DAY = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day';
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)';

/** RFC 9110, section 5.6.7: the form that is sent, and the two of old that must be understood. */
const FORMS = [
  `${DAY}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT`,
  `${LONG_DAY}, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT`,
  `${DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/** Epoch milliseconds. Undefined for what is no HTTP date, though `Date.parse` may take it: `0`, or another time zone. */
export function readHttpDate(text: string | undefined, now: number): number | undefined {
  const parts = FORMS.map((form) => form.exec(text ?? '')?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return undefined;
  const [day = 0, hour = 0, minute = 0, second = 0] = [parts.day, parts.hour, parts.minute, parts.second].map(Number);
  const isTime = hour < 24 && minute < 60 && second <= 60;
  const year = parts.year?.length === 2 ? fullYear(Number(parts.year), now) : Number(parts.year);
  const month = MONTHS.indexOf(parts.month ?? '');
  const isDay = new Date(Date.UTC(year, month, day)).getUTCDate() === day;
  return isTime && isDay ? Date.UTC(year, month, day, hour, minute, second) : undefined;
}

/** Two digits that seem to be more than 50 years ahead are of the century before. */
function fullYear(twoDigits: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}
