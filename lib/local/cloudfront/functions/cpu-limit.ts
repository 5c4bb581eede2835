// Far more than AWS grants; what uses this much never ends.
const CPU_LIMIT_MS = 250;
const FIRST_TRY_MS = 500;

/**
 * Ends work that uses too much CPU, as AWS does. A script of node:vm can be limited by the machine's time alone, and on a
 * busy machine that passes though little was done: then the work is done again, from its beginning, with twice the time.
 */
export function withinCpuLimit<Result>(work: (timeoutMs: number) => Result): Result {
  for (let timeoutMs = FIRST_TRY_MS; ; timeoutMs *= 2) {
    const before = usedCpuMs();
    try {
      return work(timeoutMs);
    } catch (error) {
      if (!isTimeout(error) || usedCpuMs() - before >= CPU_LIMIT_MS) throw error;
    }
  }
}

// It may be an error of the script's own realm, which is no Error of this one.
function isTimeout(error: unknown): boolean {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

function usedCpuMs(): number {
  // Node 22 knows only what the whole process used.
  const { user, system } = (process.threadCpuUsage ?? process.cpuUsage)();
  return (user + system) / 1000;
}
