import { type Duration, Token } from 'aws-cdk-lib';
import { anyString, type Check, matching } from '../basics/checks.ts';

/** A token has its value only at deploy time, so it cannot be checked here. */
export function unlessToken<T>(check: Check<T>): Check<T> {
  return (given) => (Token.isUnresolved(given.value) ? (given.value as T) : check(given));
}

export function wholeSeconds(min: number, max: number): Check<Duration> {
  return durationIn('seconds', (duration) => duration.toMilliseconds() / 1000, min, max);
}

export function wholeMinutes(min: number, max: number): Check<Duration> {
  return durationIn('minutes', (duration) => duration.toMinutes({ integral: false }), min, max);
}

export function wholeDays(min: number, max: number): Check<Duration> {
  return durationIn('days', (duration) => duration.toDays({ integral: false }), min, max);
}

export const siteOrigin = unlessToken(matching(/^https?:\/\/[^/?#]+\/?$/, "an origin such as 'https://example.com'"));

/** The functions get the names in one variable, with commas between them. */
export const queryParameter = matching(/^[^,]+$/s, 'the name of a query parameter, without a comma');

/** A variable whose name is the last step of the place. Its value may be a secret. */
export const environmentVariable: Check<string> = ({ place, secret }) => {
  const name = String(place.at(-1));
  if (/^(ISR_|AWS_|LAMBDA_)/.test(name)) {
    return secret.mustBe('named otherwise', 'names that begin with ISR_, AWS_ or LAMBDA_ are taken');
  }
  if (!/^[A-Za-z][A-Za-z0-9_]+$/.test(name)) {
    return secret.mustBe('named with letters, digits and underscores, a letter first');
  }
  return anyString(secret);
};

/** A content type. The last step of the place names the file or the extension. */
export const contentType: Check<string> = (given) => {
  const name = String(given.place.at(-1));
  if (!/^(\/|\.[^./A-Z]+$)/.test(name)) {
    return given.mustBe('named with a path such as /.well-known/x, or an extension such as .glb in lower case');
  }
  return matching(/^[\w.+-]+\/[\w.+-]+(\s*;[\x20-\x7e]+)?$/, 'a content type such as application/json')(given);
};

function durationIn(unit: string, amountOf: (duration: Duration) => number, min: number, max: number): Check<Duration> {
  return (given) => {
    const duration = given.value as Duration;
    const mustBe = `whole ${unit} between ${min} and ${max}`;
    if (typeof duration?.toMilliseconds !== 'function') return given.mustBe(`a Duration of ${mustBe}`);
    if (duration.isUnresolved()) return duration;
    const amount = amountOf(duration);
    if (Number.isInteger(amount) && amount >= min && amount <= max) return duration;
    // `3 minutes`, not the object.
    return given.instead(duration.toHumanString()).mustBe(mustBe);
  };
}
