import { FunctionCode } from 'aws-cdk-lib/aws-cloudfront';
import { IsrError } from '../basics/errors.ts';
import { readEdgeFunction } from './staging.ts';

/** A quota of CloudFront that cannot be raised. */
const MAX_FUNCTION_BYTES = 10_240;
const PLACEHOLDER = '"__ISR_EDGE_CONFIG__"';

/** The code of a function of `lambdas/edge`, with `config` in it when the function has one. */
export function edgeCode(name: string, config?: object): FunctionCode {
  const code = readEdgeFunction(name);
  const [before, after, ...more] = code.split(PLACEHOLDER);
  if (config === undefined || before === undefined) return FunctionCode.fromInline(code);
  if (after === undefined || more.length > 0) {
    throw new IsrError(
      'INVALID_CONFIGURATION',
      `dist/lambdas/edge/${name}.js must hold ${PLACEHOLDER} once; run \`npm run build\``,
    );
  }
  const configured = before + literalOf(config) + after;
  const bytes = Buffer.byteLength(configured);
  if (bytes <= MAX_FUNCTION_BYTES) return FunctionCode.fromInline(configured);
  throw new IsrError(
    'INVALID_OPTION',
    `the CloudFront function ${name} has ${bytes} bytes, at most ${MAX_FUNCTION_BYTES} are allowed; list fewer 'queryParameters'`,
  );
}

/** The function's language (ES 5.1) takes JSON, except for two line separators. */
function literalOf(config: object): string {
  return JSON.stringify(config).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
