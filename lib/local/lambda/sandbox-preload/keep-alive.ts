const { setInterval } = globalThis;

/** The longest that setInterval takes: it fires for nobody. */
const NEVER_MS = 2 ** 31 - 1;
const handle = setInterval(() => {}, NEVER_MS).unref();
let holders = 0;

/**
 * Keeps the process alive until the returned function is called, as a timer of Node does: those of the stack's clock,
 * and the pipe that moves it, do not.
 */
export function holdProcess(): () => void {
  if (++holders === 1) handle.ref();
  let isHeld = true;
  return () => {
    if (isHeld && --holders === 0) handle.unref();
    isHeld = false;
  };
}
