// Vite and Astro read some of them, and would make another build of the same sources.
const SET_BY_VITEST = /^(?:NODE_ENV|TEST|VITEST(?:_\w+)?|FORCE_TTY|BASE_URL|MODE|DEV|PROD|SSR)$/;

/** The environment in which the tests were started. */
export function userEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !SET_BY_VITEST.test(name)));
}
