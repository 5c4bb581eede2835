import { IsrError, type IsrErrorCode } from './errors.ts';
import { type Fault, type Place, sentenceOf } from './fault.ts';

/** Collects all that is wrong with one thing that we were given, so that it is told at once. */
export class Faults {
  readonly found: Fault[] = [];
  readonly #whole: string;

  /** `whole`: what the thing is called in a sentence: `the body`. */
  constructor(whole: string) {
    this.#whole = whole;
  }

  /** The value to read: a cursor on the whole. */
  in(value: unknown): Given {
    return new Given(value, [], this);
  }

  /** All of them as sentences, with semicolons between. */
  get text(): string {
    return this.found.map((fault) => sentenceOf(fault, this.#whole)).join('; ');
  }

  /**
   * What was read, if all of it is right.
   *
   * @param message what is said around the sentences
   * @throws IsrError that names every fault
   */
  accept<T>(read: T | undefined, code: IsrErrorCode, message: (faults: string) => string = (faults) => faults): T {
    if (this.found.length > 0) throw new IsrError(code, message(this.text), { faults: this.found });
    // Whoever returns `undefined` in place of a value has noted why.
    return read as T;
  }
}

/** A value that somebody gave us and that nobody has checked yet, with the place where it stands. */
export class Given {
  readonly value: unknown;
  readonly place: Place;
  readonly #faults: Faults;
  readonly #isSecret: boolean;

  constructor(value: unknown, place: Place, faults: Faults, isSecret = false) {
    this.value = value;
    this.place = place;
    this.#faults = faults;
    this.#isSecret = isSecret;
  }

  /** The part of this value that stands at `step`. */
  at(step: string | number, value: unknown): Given {
    return new Given(value, [...this.place, step], this.#faults, this.#isSecret);
  }

  /** The same place, with a value that says better what stands there. */
  instead(value: unknown): Given {
    return new Given(value, this.place, this.#faults, this.#isSecret);
  }

  /** The same value, which no message will quote. */
  get secret(): Given {
    return new Given(this.value, this.place, this.#faults, true);
  }

  /** Notes that the value is not what it must be. Returns what a check returns then. */
  mustBe(mustBe: string, remedy?: string): undefined {
    this.#faults.found.push({
      place: this.place,
      ...(this.#isSecret ? {} : { value: this.value }),
      mustBe,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
}
