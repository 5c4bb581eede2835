import { createHash } from 'node:crypto';
import { createContext, Script } from 'node:vm';
import type { EdgeEvent, EdgeRequest, EdgeResponse } from '../../../lambdas/edge/event.ts';
import type { EdgeConfig, FailOverConfig, LiveEdgeConfig } from '../../../lib/handover/edge-config.ts';
import type { ImageRules } from '../../../lib/images/image-query.ts';
import { bundleEdgeFunction } from '../../../scripts/build.ts';

export type EdgeFunction = (event: EdgeEvent) => EdgeRequest | EdgeResponse;

/** The built function, run like CloudFront does: a script without modules, whose only door is `require('crypto')`. */
export async function loadEdgeFunction(
  name: string,
  config?: EdgeConfig | FailOverConfig | LiveEdgeConfig | ImageRules,
): Promise<EdgeFunction> {
  const code = await bundleEdgeFunction(name);
  const script = new Script(
    `"use strict";${code.replace('"__ISR_EDGE_CONFIG__"', JSON.stringify(config ?? {}))};handler`,
  );
  const globals = { require: (module: string) => (module === 'crypto' ? { createHash } : undefined) };
  const handler = script.runInContext(createContext(globals, { codeGeneration: { strings: false, wasm: false } }));
  // Objects of another realm are not equal to ours, so they come out as JSON.
  return (event) => JSON.parse(JSON.stringify(handler(structuredClone(event))));
}

export interface ViewerRequest {
  readonly method?: string;
  readonly query?: EdgeRequest['querystring'];
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: Readonly<Record<string, string>>;
}

export function requestEvent(uri: string, options: ViewerRequest = {}): EdgeEvent {
  const valuesOf = (entries: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, { value }]));
  return {
    context: { distributionDomainName: 'd111111abcdef8.cloudfront.net' },
    viewer: { ip: '198.51.100.7' },
    request: {
      method: options.method ?? 'GET',
      uri,
      querystring: options.query ?? {},
      headers: { host: { value: 'example.com' }, ...valuesOf(options.headers) },
      cookies: valuesOf(options.cookies),
    },
    response: { statusCode: 200, headers: {} },
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
