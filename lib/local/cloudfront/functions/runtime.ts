import { createHash, createHmac } from 'node:crypto';
import querystring from 'node:querystring';
import vm from 'node:vm';
import { reasonOf } from '../../../basics/errors.ts';
import { withinCpuLimit } from './cpu-limit.ts';

/**
 * Takes away what V8 has and the documented runtime has not, so that code which leans on it fails here and not first
 * on AWS: built-ins that the runtime leaves out, and whatever came after ES 12.
 */
const PRELUDE = new vm.Script(`'use strict';
for (const name of ['Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'FinalizationRegistry', 'Proxy', 'Reflect', 'Intl',
  'BigInt', 'BigInt64Array', 'BigUint64Array', 'Atomics', 'SharedArrayBuffer', 'WebAssembly', 'Iterator']) {
  delete globalThis[name];
}
for (const name of ['at', 'findLast', 'findLastIndex', 'flat', 'flatMap', 'toReversed', 'toSorted', 'toSpliced', 'with']) {
  delete Array.prototype[name];
}
for (const name of ['at', 'isWellFormed', 'toWellFormed', 'matchAll']) delete String.prototype[name];
for (const name of ['fromEntries', 'groupBy', 'hasOwn']) delete Object[name];
`);

/** Calls the handler and hands the outcome over as JSON, so that no object crosses from one realm to the other. */
const CALL = new vm.Script(`'use strict';
(() => {
  const event = JSON.parse(__host.event);
  const query = __host.query;
  event.request.rawQueryString = () => query;
  new Promise((resolve) => resolve(handler(event))).then(
    (result) => __host.done(JSON.stringify(result)),
    (error) => __host.fail(String(error && error.stack || error)),
  );
})();
`);

const MODULES: Readonly<Record<string, unknown>> = {
  crypto: { createHash, createHmac },
  querystring: { parse: querystring.parse, stringify: querystring.stringify },
  buffer: { Buffer },
};

export type Run =
  | { readonly kind: 'returned'; readonly value: unknown; readonly originId: string | undefined }
  | { readonly kind: 'failed'; readonly message: string };

export interface CompiledFunction {
  readonly script: vm.Script;
  readonly log: (line: string) => void;
}

export function compile(code: string, filename: string, log: (line: string) => void): CompiledFunction {
  // Strict mode cannot be left on AWS either. On the first line, so that line numbers stay right.
  const script = new vm.Script(`'use strict';${bindImports(code)}`, { filename });
  const compiled = { script, log };
  const context = withinCpuLimit((timeout) => load(compiled, { originId: undefined }, timeout));
  if (vm.runInContext('typeof handler', context) !== 'function')
    throw new Error(`there is no function named 'handler'`);
  return compiled;
}

/** Runs the handler in a context of its own: nothing that one request leaves behind is seen by the next. */
export function run(compiled: CompiledFunction, event: object, rawQuery: string): Run {
  try {
    return withinCpuLimit((timeout) => call(compiled, JSON.stringify(event), rawQuery, timeout));
  } catch (error) {
    return { kind: 'failed', message: reasonOf(error) };
  }
}

function call(compiled: CompiledFunction, event: string, rawQuery: string, timeout: number): Run {
  const choice: { originId: string | undefined } = { originId: undefined };
  let outcome: Run = { kind: 'failed', message: 'the handler returned a promise that never settles' };
  const host = {
    event,
    query: rawQuery,
    done: (json: string | undefined) => {
      outcome = {
        kind: 'returned',
        value: json === undefined ? undefined : JSON.parse(json),
        originId: choice.originId,
      };
    },
    fail: (message: string) => {
      outcome = { kind: 'failed', message };
    },
  };
  const context = load(compiled, choice, timeout);
  context.__host = host;
  CALL.runInContext(context, { timeout });
  return outcome;
}

function load(compiled: CompiledFunction, choice: { originId: string | undefined }, timeout: number): vm.Context {
  const context = createContext(compiled, choice);
  compiled.script.runInContext(context, { timeout });
  return context;
}

function createContext(compiled: CompiledFunction, choice: { originId: string | undefined }): vm.Context {
  const print = (...parts: unknown[]) => compiled.log(parts.map(String).join(' '));
  const require = (name: string) => {
    if (name === 'cloudfront') return cloudfrontModule(choice);
    if (Object.hasOwn(MODULES, name)) return MODULES[name];
    throw new Error(`Cannot load module "${name}"`);
  };
  const globals = {
    console: { log: print, error: print, warn: print, info: print, debug: print },
    require,
    Buffer,
    TextEncoder,
    TextDecoder,
    atob,
    btoa,
  };
  // `afterEvaluate`: promises settle within the run, and so within its time limit.
  const context = vm.createContext(globals, {
    codeGeneration: { strings: false, wasm: false },
    microtaskMode: 'afterEvaluate',
  });
  PRELUDE.runInContext(context);
  return context;
}

function cloudfrontModule(choice: { originId: string | undefined }): object {
  const missing = (name: string) => () => {
    throw new Error(`cf.${name} is not implemented by the local CloudFront`);
  };
  return {
    selectRequestOriginById: (id: string) => {
      choice.originId = id;
    },
    kvs: missing('kvs'),
    updateRequestOrigin: missing('updateRequestOrigin'),
    createRequestOriginGroup: missing('createRequestOriginGroup'),
  };
}

// A script cannot import, and a module cannot be run synchronously: `import cf from 'cloudfront'` becomes a require.
function bindImports(code: string): string {
  return code.replace(
    /(^|[;\n])([ \t]*)import\s+([\w$]+)\s+from\s*(['"])([\w:]+)\4\s*;?/g,
    (_, before: string, indent: string, name: string, _quote: string, module: string) =>
      `${before}${indent}const ${name}=require(${JSON.stringify(module)});`,
  );
}
