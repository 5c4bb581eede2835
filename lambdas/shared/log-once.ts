import type { Log } from '../../lib/core/ports.ts';

/** So that a site with very many pages does not fill the memory. */
const MAX_SAID = 1000;

/** Writes each message once in the life of the sandbox. */
export function createLogOnce(log: Log): Log {
  const said = new Set<string>();
  return (level, message, details) => {
    if (said.has(message) || said.size >= MAX_SAID) return;
    said.add(message);
    log(level, message, details);
  };
}
