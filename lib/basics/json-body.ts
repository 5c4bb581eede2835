import { IsrError, reasonOf } from './errors.ts';
import { Faults } from './faults.ts';

/** What walks through a value calls itself for each level: a value from outside could exhaust the stack. */
const MAX_DEPTH = 500;

/**
 * The JSON in the body of a request.
 *
 * @param remedy what the sender has to do
 * @throws IsrError INVALID_REQUEST
 */
export function parseJsonBody(body: Buffer, remedy: string): unknown {
  const text = body.toString('utf8');
  const faults = new Faults('the body');
  if (depthOf(text) > MAX_DEPTH) {
    faults.in(text).secret.mustBe(`JSON that is nested at most ${MAX_DEPTH} deep`, remedy);
  }
  faults.accept(text, 'INVALID_REQUEST');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new IsrError('INVALID_REQUEST', `the body is not JSON: ${reasonOf(error)}; ${remedy}`, { cause: error });
  }
}

/** How deep arrays and objects are nested in a JSON text. Brackets within strings do not count. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{}]/gs)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    if (token === ']' || token === '}') depth--;
  }
  return deepest;
}
