/** What may go wrong in a run; each run has some of it. */
export const FAULTS = [
  's3-refuses',
  's3-loses-answers',
  's3-is-slow',
  'sqs-refuses',
  'sqs-loses-answers',
  'sqs-duplicates',
  'sandboxes-crash',
  'sandboxes-freeze',
  'clocks-are-skewed',
  'functions-are-throttled',
  'renders-are-slow',
  'renders-fail',
  'renders-hang',
  'pages-change-state',
  'purges-are-throttled',
  'purges-are-refused',
  'purges-are-late',
  'answers-in-flight-are-kept',
  'tags-are-lost-on-304',
  'headers-stay-on-304',
  'outages',
  'deployments',
  'ledger-is-lost',
  'ledger-is-restored',
  'objects-are-corrupted',
  'address-is-spoilt',
  'account-is-throttled',
  'webhooks-come-twice',
  'cms-is-late',
] as const;
export type Fault = (typeof FAULTS)[number];

/** The faults of a run, until it calms down. */
export class Weather {
  isCalm = false;
  /** All functions fail, or serve alone. */
  outage: 'all' | 'serve' | undefined;
  /** Another site of the account purges as much as CloudFront takes. */
  isCrowded = false;
  /** Of a sandbox, each time that it goes on, where sandboxes crash. */
  crashChance = 0.004;
  readonly #faults: ReadonlySet<Fault>;

  constructor(faults: ReadonlySet<Fault>) {
    this.#faults = faults;
  }

  has(fault: Fault): boolean {
    return !this.isCalm && this.#faults.has(fault);
  }

  /** What went wrong for a while is over, and nothing else goes wrong. */
  calmDown(): void {
    this.isCalm = true;
    this.outage = undefined;
    this.isCrowded = false;
  }

  /** How AWS behaves as such: it does not calm down. */
  is(fault: Fault): boolean {
    return this.#faults.has(fault);
  }
}
