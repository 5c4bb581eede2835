import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { isValidToken } from '../../lib/core/token.ts';

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
const OLD = 'a'.repeat(32);
const NEW = 'b'.repeat(32);

test('either of two tokens is valid during a rotation, and no other', () => {
  const hashes = [hashOf(OLD), hashOf(NEW)];
  expect([OLD, NEW, `${OLD}s`, '', 'c'].map((token) => isValidToken(token, hashes))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('nothing is valid when there is no token, not even nothing', () => {
  expect(isValidToken('', [])).toBe(false);
  expect(isValidToken(undefined, [hashOf('')])).toBe(false);
  expect(isValidToken(null, [hashOf('')])).toBe(false);
});

test('the hash of a token is not a token', () => {
  expect(isValidToken(hashOf(OLD), [hashOf(OLD)])).toBe(false);
});
