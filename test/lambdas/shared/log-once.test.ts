import { expect, test } from 'vitest';
import { createLogOnce } from '../../../lambdas/shared/log-once.ts';

test('each message is written once, and a site with very many pages does not fill the memory', () => {
  const lines: string[] = [];
  const logOnce = createLogOnce((level, message) => lines.push(`${level} ${message}`));
  for (const message of ['a', 'b', 'a', 'a', 'b']) logOnce('warn', message);
  expect(lines).toEqual(['warn a', 'warn b']);
  for (let page = 0; page < 5000; page++) logOnce('warn', String(page));
  expect(lines).toHaveLength(1000);
});
