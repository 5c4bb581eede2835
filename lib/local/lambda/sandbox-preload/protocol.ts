/** With each event: milliseconds that the stack's clock is ahead of the machine's. */
export const CLOCK_OFFSET_HEADER = 'x-local-clock-offset-ms';

/** The same at the start of a sandbox, for the code that runs at import; gone from the environment before a handler can see it. */
export const CLOCK_OFFSET_VARIABLE = '_LOCAL_CLOCK_OFFSET_MS';
