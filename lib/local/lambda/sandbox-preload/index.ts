/** Runs in each sandbox before aws-lambda-ric. */
import { registerHooks } from 'node:module';
import { extname } from 'node:path';
import { installMovedDate } from '../../moved-date.ts';
import { clockOffset, setClockOffset } from './clock-offset.ts';
import { CLOCK_OFFSET_VARIABLE } from './protocol.ts';

setClockOffset(Number(process.env[CLOCK_OFFSET_VARIABLE]));
delete process.env[CLOCK_OFFSET_VARIABLE];
installMovedDate(clockOffset);

// `.ts` in the sources, `.js` in the package.
const rapidClient = import.meta.resolve(`./rapid-client${extname(import.meta.url)}`);

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isAsked = specifier === './rapid-client.node' && context.parentURL?.endsWith('/aws-lambda-ric/index.mjs');
    return isAsked ? { url: rapidClient, shortCircuit: true } : nextResolve(specifier, context);
  },
});
