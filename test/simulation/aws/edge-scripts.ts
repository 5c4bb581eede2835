import { createHash } from 'node:crypto';
import type { EdgeConfig } from '../../../lib/handover/edge-config.ts';
import { bundleEdgeFunction } from '../../../scripts/build.ts';
import type { EdgeFunction } from '../../lambdas/edge/run-edge-function.ts';

/** The edge functions as they are built; each deployment writes its own configuration into the first. */
export interface EdgeScripts {
  pageRequest(config: EdgeConfig): EdgeFunction;
  readonly pageResponse: EdgeFunction;
}

export async function loadEdgeScripts(): Promise<EdgeScripts> {
  const [request, response] = await Promise.all(['page-request', 'page-response'].map(bundleEdgeFunction));
  return {
    pageRequest: (config) => run((request ?? '').replace('"__ISR_EDGE_CONFIG__"', JSON.stringify(config))),
    pageResponse: run(response ?? ''),
  };
}

function run(script: string): EdgeFunction {
  const require = (module: string): object | undefined => (module === 'crypto' ? { createHash } : undefined);
  const quiet = { log: () => {} };
  return new Function('require', 'console', `"use strict";${script};return handler;`)(require, quiet);
}
