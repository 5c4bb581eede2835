/** Makes `Date` of this thread or process run ahead of the machine's by `offset()` milliseconds. */
export function installMovedDate(offset: () => number): void {
  const MachineDate = globalThis.Date;
  class MovedDate extends MachineDate {
    constructor(...parts: unknown[]) {
      if (parts.length === 0) super(MachineDate.now() + offset());
      else super(...(parts as [number]));
    }
    static override now(): number {
      return MachineDate.now() + offset();
    }
  }
  // `Date()` without `new` answers a string; a class cannot be called, a proxy can.
  globalThis.Date = new Proxy(MovedDate, { apply: () => new MovedDate().toString() }) as unknown as DateConstructor;
}
