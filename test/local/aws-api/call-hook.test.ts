import { describe, expect, test } from 'vitest';
import type { CallHook } from '../../../lib/local/aws-api/calls.ts';
import { outcomeOf } from '../../contracts/object-store/subject.ts';
import { objectsOf, queueOf, start } from '../started-services.ts';

/** Fails the calls of one action at one moment, until it is told to stop. */
function failing(action: string, moment: 'before' | 'after') {
  let isFailing = true;
  const onCall: CallHook = (call, at) => (isFailing && call.action === action && at === moment ? 'fail' : undefined);
  return {
    onCall,
    stop: () => {
      isFailing = false;
    },
  };
}

describe('a call that is failed', () => {
  test('before its effect has none', async () => {
    const fault = failing('PutObject', 'before');
    const objects = await objectsOf(await start({ onCall: fault.onCall }));

    expect(await outcomeOf(objects.put('a', 'x'))).toBe('503 SlowDown');
    expect(await outcomeOf(objects.head('a'))).toBe('404 NotFound');
    fault.stop();
    expect(await outcomeOf(objects.put('a', 'x'))).toBe('done');
  });

  test('after its effect looks the same to its client, and has it', async () => {
    const objects = await objectsOf(await start({ onCall: failing('PutObject', 'after').onCall }));

    expect(await outcomeOf(objects.put('a', 'x', { IfNoneMatch: '*' }))).toBe('503 SlowDown');
    expect(await objects.text('a')).toBe('x');
  });

  test('and has received messages leaves them in flight, also without HTTP', async () => {
    const services = await start({ onCall: failing('ReceiveMessage', 'after').onCall });
    const queue = await queueOf(services, 'jobs');
    await queue.send('x');
    const request = { limit: 1, waitSeconds: 0, signal: new AbortController().signal };

    await expect(services.messagesOf('jobs').receive(request)).rejects.toThrow('temporary failure');

    expect(services.queueDepths()).toMatchObject([{ name: 'jobs', ready: 0, inFlight: 1 }]);
  });
});

test('a call is delayed for as long as the hook waits, and others pass it', async () => {
  const gate = Promise.withResolvers<undefined>();
  const onCall: CallHook = ({ resource }, moment) =>
    resource === 'slow' && moment === 'before' ? gate.promise : undefined;
  const objects = await objectsOf(await start({ onCall }));
  const slow = objects.put('slow', 'x');
  await objects.put('quick', 'x');
  expect(await outcomeOf(objects.get('quick'))).toBe('done');
  expect((await objects.list()).Contents?.map(({ Key }) => Key)).toEqual(['quick']);

  gate.resolve(undefined);
  await slow;

  expect((await objects.list()).Contents?.map(({ Key }) => Key)).toEqual(['quick', 'slow']);
});
