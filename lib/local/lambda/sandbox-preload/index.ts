/** Runs in each sandbox before aws-lambda-ric. */
import { registerHooks } from 'node:module';
import { extname } from 'node:path';
import './compile-cache.ts';
import { installMovedDate } from './moved-date.ts';
import { installOwnNames } from './own-names.ts';
import { clock } from './sandbox-clock.ts';
import { installTimers } from './timers.ts';

installMovedDate(() => clock.now());
installTimers();
installOwnNames();

// `.ts` in the sources, `.js` in the package.
const rapidClient = import.meta.resolve(`./rapid-client${extname(import.meta.url)}`);

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isAsked = specifier === './rapid-client.node' && context.parentURL?.endsWith('/aws-lambda-ric/index.mjs');
    return isAsked ? { url: rapidClient, shortCircuit: true } : nextResolve(specifier, context);
  },
});
