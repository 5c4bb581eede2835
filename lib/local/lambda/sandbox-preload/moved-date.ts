/** Makes `Date` of this thread or process tell the time that `now` gives: epoch milliseconds. */
export function installMovedDate(now: () => number): void {
  const MachineDate = globalThis.Date;
  class MovedDate extends MachineDate {
    constructor(...parts: unknown[]) {
      if (parts.length === 0) super(now());
      else super(...(parts as [number]));
    }
    static override now(): number {
      return now();
    }
  }
  // `Date()` without `new` answers a string; a class cannot be called, a proxy can.
  globalThis.Date = new Proxy(MovedDate, { apply: () => new MovedDate().toString() }) as unknown as DateConstructor;
}
