import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildEchoSite, type EchoStack, startEchoStack, TOKEN } from '../support/echo-site/stack.ts';
import { ask, type RawAnswer } from '../support/http.ts';
import { askServe } from '../support/origin.ts';

let site: EchoStack;
beforeAll(async () => {
  site = await startEchoStack(await buildEchoSite('order'));
});
afterAll(() => site?.stop());

const revalidate = (path: string): Promise<RawAnswer> =>
  ask(site.stack.functionUrl('revalidate'), '/', {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ paths: [path] }),
  });

async function stored(path: string, body: string): Promise<void> {
  const answering = askServe(site.stack, path);
  (await site.next()).answer(body);
  await answering;
}

describe('guarantee 7: an older render never overwrites a newer one', () => {
  test('when a revalidation overtakes a first render', async () => {
    const first = askServe(site.stack, '/overtaken');
    const older = await site.next();
    // The revalidation waits for the render under way, then renders on its own.
    const revalidating = revalidate('/overtaken');
    (await site.next()).answer('newer');
    expect((await revalidating).status).toBe(200);
    older.answer('older');
    expect((await first).body).toBe('newer');
    expect((await askServe(site.stack, '/overtaken')).body).toBe('newer');
  });

  test('when a revalidation overtakes a regeneration', async () => {
    await stored('/regenerated', 'one');
    site.stack.clock.advance(61_000);
    expect((await askServe(site.stack, '/regenerated')).body).toBe('one');
    const older = await site.next();
    const revalidating = revalidate('/regenerated');
    (await site.next()).answer('three');
    await revalidating;
    older.answer('two');
    await site.stack.settled();
    expect((await askServe(site.stack, '/regenerated')).body).toBe('three');
  });

  test('even when the newer one has the bytes that were there before', async () => {
    await stored('/identical', 'same');
    site.stack.clock.advance(61_000);
    await askServe(site.stack, '/identical');
    const older = await site.next();
    const revalidating = revalidate('/identical');
    (await site.next()).answer('same');
    await revalidating;
    older.answer('something older');
    await site.stack.settled();
    expect((await askServe(site.stack, '/identical')).body.trimEnd()).toBe('same');
  });
});
