import { type Message, transformSync } from 'esbuild';

/**
 * The syntax that V8 takes and `cloudfront-js-2.0` does not: ES 5.1 plus const, let, arrow functions, template
 * literals, rest parameters, async/await, `**` and named groups is all that the runtime documents.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
 *
 * Keys are esbuild's names of the features.
 */
const REFUSED: Readonly<Record<string, string>> = {
  'array-spread': 'spread in arrays',
  'async-generator': 'async generators',
  bigint: 'BigInt literals',
  class: 'classes',
  'default-argument': 'default parameters',
  destructuring: 'destructuring',
  'dynamic-import': 'import()',
  'for-await': 'for await',
  'for-of': 'for-of loops',
  generator: 'generators',
  'import-meta': 'import.meta',
  'logical-assignment': 'logical assignment (||=, &&=, ??=)',
  'new-target': 'new.target',
  'nullish-coalescing': 'nullish coalescing (??)',
  'object-extensions': 'shorthand properties and methods, computed names',
  'object-rest-spread': 'spread in objects',
  'optional-catch-binding': 'catch without a binding',
  'optional-chain': 'optional chaining (?.)',
  'regexp-dot-all-flag': 'the regular expression flag s',
  'regexp-lookbehind-assertions': 'lookbehind in regular expressions',
  'regexp-match-indices': 'the regular expression flag d',
  'regexp-set-notation': 'the regular expression flag v',
  'regexp-sticky-and-unicode-flags': 'the regular expression flags u and y',
  'regexp-unicode-property-escapes': 'unicode property escapes in regular expressions',
  'top-level-await': 'top-level await',
  using: 'using declarations',
};

/** What the code uses that the runtime does not have; empty for code that it runs. */
export function refusedSyntax(code: string): readonly string[] {
  const unchanged = transform(code, []);
  if (typeof unchanged !== 'string') return unchanged.map((error) => `a syntax error: ${error.text}`);
  const refused = Object.keys(REFUSED);
  const found =
    transform(code, refused) === unchanged
      ? []
      : // esbuild refuses what it cannot rewrite and rewrites the rest: both mean that the feature is used.
        refused
          .filter((feature) => transform(code, [feature]) !== unchanged)
          .map((feature) => String(REFUSED[feature]));
  return hasSpreadArguments(code) ? [...found, 'spread in calls'] : found;
}

function transform(code: string, unsupported: readonly string[]): string | Message[] {
  try {
    const supported = Object.fromEntries(unsupported.map((feature) => [feature, false]));
    return transformSync(code, { target: 'esnext', supported, logLevel: 'silent' }).code;
  } catch (error) {
    if (error instanceof Error && 'errors' in error) return error.errors as Message[];
    throw error;
  }
}

// To esbuild, rest parameters and spread arguments are one feature; what follows the dots tells them apart.
function hasSpreadArguments(code: string): boolean {
  const uses = transform(code, ['rest-argument']);
  if (typeof uses === 'string') return false;
  const lines = code.split('\n');
  return uses.some(({ location }) => {
    if (location === null) return false;
    const line = Buffer.from(lines[location.line - 1] ?? '').subarray(location.column);
    const rest = [line.toString(), ...lines.slice(location.line)].join('\n');
    return !/^\.\.\.\s*[\w$]+\s*\)\s*(=>|\{)/.test(rest);
  });
}
