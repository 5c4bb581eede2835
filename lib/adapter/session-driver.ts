import type { SessionStore } from '../core/site.ts';
import { currentScope } from './scope.ts';

/** As Astro asks for it: https://docs.astro.build/en/reference/session-driver-reference/ */
interface SessionDriver {
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<void>;
  removeItem(key: string): Promise<void>;
}

/** Keeps sessions where the function that runs the site says. The site itself has no client of AWS. */
function createSessionDriver(): SessionDriver {
  return {
    getItem: async (id) => (await store().read(id)) ?? null,
    setItem: (id, value) => store().write(id, value),
    removeItem: (id) => store().remove(id),
  };
}

function store(): SessionStore {
  const sessions = currentScope()?.context.sessions;
  if (sessions !== undefined) return sessions;
  // Without the viewer's cookie, a stored page would begin a session of its own, and end the one that the viewer has.
  throw new Error('Astro.session works in live routes alone: list the route in isr.exclude');
}

// biome-ignore lint/style/noDefaultExport: Astro imports a driver's default export.
export default createSessionDriver;
