import { expect, test } from 'vitest';
import { withinCpuLimit } from '../../../../lib/local/cloudfront/functions/cpu-limit.ts';

const timeout = () => Object.assign(new Error('timed out'), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' });

function useCpu(milliseconds: number): void {
  const { user, system } = process.cpuUsage();
  for (;;) {
    const used = process.cpuUsage();
    if (used.user + used.system - user - system >= milliseconds * 1000) return;
  }
}

test('a function that ran out of time because the machine is busy is run again, with twice the time', () => {
  const tries: number[] = [];
  const result = withinCpuLimit((timeoutMs) => {
    tries.push(timeoutMs);
    if (tries.length < 3) throw timeout();
    return 'done';
  });
  expect([result, tries]).toEqual(['done', [500, 1000, 2000]]);
});

test('a function that used the CPU all the time is not', () => {
  let tries = 0;
  const loop = () => {
    tries += 1;
    useCpu(400);
    throw timeout();
  };
  expect(() => withinCpuLimit(loop)).toThrow('timed out');
  expect(tries).toBe(1);
});

test('a function that fails is not run again', () => {
  let tries = 0;
  const fail = () => {
    tries += 1;
    throw new Error('boom');
  };
  expect(() => withinCpuLimit(fail)).toThrow('boom');
  expect(tries).toBe(1);
});
