import { describe, expect, test } from 'vitest';
import type { WebhookRequest } from '../../lib/webhooks/vendor.ts';
import { VENDORS } from '../../lib/webhooks/vendors.ts';
import { createReceiver } from './receiver.ts';
import { NOW, requestOf, SAMPLES, SECRET, titleOf } from './samples.ts';

const MINUTE = 60_000;
const UNAUTHORIZED = { status: 401, body: { error: 'unauthorized' } };
/** Signed content can be changed everywhere; a token says nothing about the body. */
const SIGNING = SAMPLES.filter(
  ({ vendor, settings }) =>
    !['strapi', 'datocms', 'prismic', 'directus'].includes(vendor) && settings?.scheme !== 'token',
);
const titled = (samples: typeof SAMPLES) => samples.map((sample) => [titleOf(sample), sample] as const);
const receiverFor = ({ vendor, settings = {}, secret = SECRET }: (typeof SAMPLES)[number]) =>
  createReceiver({ [vendor]: settings }, [secret]);

test('there is a sample of every vendor', () => {
  expect(new Set(SAMPLES.map(({ vendor }) => vendor))).toEqual(new Set(Object.keys(VENDORS)));
});

describe.each(titled(SAMPLES))('%s', (_title, sample) => {
  const request = requestOf(sample);

  test('is accepted when it is genuine', async () => {
    const receiver = receiverFor(sample);
    expect(await receiver.post(sample.vendor, request)).toEqual({ status: 200, body: { done: true } });
    expect(receiver.revalidations).toHaveLength(1);
  });

  test('is refused with another secret', async () => {
    const receiver = createReceiver({ [sample.vendor]: sample.settings ?? {} }, ['another secret']);
    expect(await receiver.post(sample.vendor, request)).toEqual(UNAUTHORIZED);
    expect(receiver.revalidations).toEqual([]);
  });

  test('is accepted with either secret while it is being changed', async () => {
    for (const secrets of [
      ['another secret', sample.secret ?? SECRET],
      [sample.secret ?? SECRET, 'another secret'],
    ]) {
      const receiver = createReceiver({ [sample.vendor]: sample.settings ?? {} }, secrets);
      expect((await receiver.post(sample.vendor, request)).status).toBe(200);
    }
  });

  test('is refused when nothing proves where it is from', async () => {
    const receiver = receiverFor(sample);
    const bare: WebhookRequest = { ...request, headers: {}, body: Buffer.from('{"type":"api-update"}') };
    expect(await receiver.post(sample.vendor, bare)).toEqual(UNAUTHORIZED);
  });

  test('never works with an empty secret', async () => {
    const receiver = createReceiver({ [sample.vendor]: sample.settings ?? {} }, ['']);
    const signed = requestOf(sample, { secret: '' });
    await expect(receiver.post(sample.vendor, signed)).rejects.toThrow(/has no secret/);
  });

  test(`is ${sample.isRemembered ? 'done once, however often it is sent' : 'done each time that it is sent'}`, async () => {
    const receiver = receiverFor(sample);
    await receiver.post(sample.vendor, request);
    const second = await receiver.post(sample.vendor, request, NOW + MINUTE);
    expect(second).toEqual({ status: 200, body: sample.isRemembered ? { replayed: true } : { done: true } });
    expect(receiver.revalidations).toHaveLength(sample.isRemembered ? 1 : 2);
  });

  test('is done again after a failure', async () => {
    const receiver = receiverFor(sample);
    receiver.status = 502;
    expect((await receiver.post(sample.vendor, request)).status).toBe(502);
    receiver.status = 200;
    expect((await receiver.post(sample.vendor, request)).body).toEqual({ done: true });
  });
});

describe.each(titled(SIGNING))('%s', (_title, sample) => {
  test('is refused when a byte of the body was changed', async () => {
    const request = requestOf(sample);
    const body = Buffer.from(request.body);
    body[body.length - 3] = (body[body.length - 3] ?? 0) ^ 1;
    expect(await receiverFor(sample).post(sample.vendor, { ...request, body })).toEqual(UNAUTHORIZED);
  });

  test('is refused when the body says the same in other bytes', async () => {
    const request = requestOf(sample);
    const body = Buffer.from(JSON.stringify(JSON.parse(request.body.toString())));
    expect(await receiverFor(sample).post(sample.vendor, { ...request, body })).toEqual(UNAUTHORIZED);
  });
});

describe.each(titled(SAMPLES.filter(({ isTimed }) => isTimed)))('%s', (_title, sample) => {
  test.each([
    ['5 minutes old', 5 * MINUTE, 200],
    ['older than 5 minutes', 5 * MINUTE + 1, 401],
    ['5 minutes ahead', -5 * MINUTE, 200],
    ['further ahead than 5 minutes', -5 * MINUTE - 1, 401],
  ])('%s', async (_age, ageMs, status) => {
    const request = requestOf(sample, { at: NOW - ageMs });
    expect((await receiverFor(sample).post(sample.vendor, request)).status).toBe(status);
  });

  test('may be as old as the webhook is told', async () => {
    const settings = { ...sample.settings, toleranceSeconds: 3600 };
    const request = requestOf(sample, { at: NOW - 59 * MINUTE });
    expect((await createReceiver({ [sample.vendor]: settings }).post(sample.vendor, request)).status).toBe(200);
  });

  test('cannot be made younger', async () => {
    const at = NOW - 60 * MINUTE;
    const request = requestOf(sample, { at });
    const younger = Object.entries(request.headers).map(([name, value]) => [
      name,
      value?.replace(String(at), String(NOW)).replace(new Date(at).toISOString(), new Date(NOW).toISOString()),
    ]);
    const forged = { ...request, headers: Object.fromEntries(younger) };
    expect(forged.headers).not.toEqual(request.headers);
    expect(await receiverFor(sample).post(sample.vendor, forged)).toEqual(UNAUTHORIZED);
  });
});

test('why a request was refused is for the log alone, without the secret', async () => {
  const receiver = createReceiver({ github: {} });
  const response = await receiver.post('github', { path: '/', query: '', headers: {}, body: Buffer.from('{}') });
  expect(response).toEqual(UNAUTHORIZED);
  expect(receiver.logLines).toEqual([
    {
      message: 'refused a webhook',
      details: { webhook: 'github', why: 'x-hub-signature-256 is missing; give the webhook a secret' },
    },
  ]);
});
