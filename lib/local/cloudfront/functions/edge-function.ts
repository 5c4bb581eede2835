import { reasonOf } from '../../../basics/errors.ts';
import { type CompiledFunction, compile, type Run, run } from './runtime.ts';
import { refusedSyntax } from './syntax.ts';

export type FunctionEventType = 'viewer-request' | 'viewer-response';

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-functions
const MAX_CODE_BYTES = 10 * 1024;

/** A CloudFront Function of the runtime cloudfront-js-2.0. */
export class EdgeFunction {
  readonly name: string;
  readonly #compiled: CompiledFunction;

  /** Throws an error that names every reason why CloudFront would not publish or run this code. */
  constructor(name: string, code: string, log: (line: string) => void) {
    this.name = name;
    const faults = faultsOf(code);
    if (faults.length > 0) throw new Error(`CloudFront function '${name}' ${faults.join('; ')}`);
    try {
      this.#compiled = compile(code, name, log);
    } catch (cause) {
      const reason = reasonOf(cause);
      throw new Error(`CloudFront function '${name}' cannot be loaded: ${reason}`, { cause });
    }
  }

  run(event: object, rawQuery: string): Run {
    return run(this.#compiled, event, rawQuery);
  }
}

function faultsOf(code: string): readonly string[] {
  const bytes = Buffer.byteLength(code);
  const size = bytes > MAX_CODE_BYTES ? [`has ${bytes} bytes of code; CloudFront takes at most ${MAX_CODE_BYTES}`] : [];
  const refused = refusedSyntax(code);
  const syntax = refused.length > 0 ? [`uses what cloudfront-js-2.0 does not document: ${refused.join(', ')}`] : [];
  return [...size, ...syntax];
}
