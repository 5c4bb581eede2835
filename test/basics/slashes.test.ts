import fc from 'fast-check';
import { expect, test } from 'vitest';
import { trimSlashes, trimTrailingSlashes } from '../../lib/basics/slashes.ts';
import { CountingText } from '../support/counting-text.ts';

const slashed = fc.string({ unit: fc.constantFrom('/', 'a'), maxLength: 200 });

test('slashes at the ends go, others stay', () => {
  fc.assert(
    fc.property(slashed, (text) => {
      expect(trimSlashes(text)).toBe(text.replace(/^\/+/, '').replace(/\/+$/, ''));
      expect(trimTrailingSlashes(text)).toBe(text.replace(/\/+$/, ''));
    }),
  );
});

test('each character of a text is read at most once, however many slashes it has', () => {
  fc.assert(
    fc.property(slashed, (text) => {
      for (const trim of [trimSlashes, trimTrailingSlashes]) {
        const counting = new CountingText(text);
        trim(counting);
        // One more at each end, and one to cut.
        expect(counting.readings).toBeLessThanOrEqual(text.length + 3);
      }
    }),
  );
});
