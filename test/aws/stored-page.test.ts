import { describe, expect, test } from 'vitest';
import { createS3PageStore } from '../../lib/aws/page-store.ts';
import { readPrerenderedPages, readStoredPage } from '../../lib/aws/stored-page.ts';
import { createMemoryBucket } from '../fakes/memory-bucket.ts';
import { keyOf } from '../fakes/world.ts';

const DEPLOYMENT = '0123456789abcdef';
const NOT_FOUND = keyOf('/404');

describe('a page that the build made', () => {
  test('has the status and the headers that the build gave it, for whoever reads the bucket', async () => {
    const bucket = createMemoryBucket(new Map());
    const said = { '/404/index.html': { status: 404, headers: { 'content-security-policy': "default-src 'self'" } } };
    await bucket.put(`_isr/prerendered/${DEPLOYMENT}.json`, JSON.stringify(said));
    const prerendered = await readPrerenderedPages(bucket, DEPLOYMENT);
    const object = { body: Buffer.alloc(0), etag: '"1"', headers: { 'content-type': 'text/html' } };
    expect(await readStoredPage(NOT_FOUND, object, { bucket, prerendered })).toMatchObject({
      isPrerendered: true,
      status: 404,
      headers: { 'content-type': 'text/html', 'content-security-policy': "default-src 'self'" },
    });
  });

  test('is what its object says when the build said nothing', async () => {
    const bucket = createMemoryBucket(new Map());
    const prerendered = await readPrerenderedPages(bucket, DEPLOYMENT);
    const object = { body: Buffer.alloc(0), etag: '"1"', headers: { 'content-type': 'text/css' } };
    expect(await readStoredPage(keyOf('/main.css'), object, { bucket, prerendered })).toMatchObject({
      isPrerendered: true,
      status: 200,
      headers: { 'content-type': 'text/css' },
    });
  });
});

test('a rendered page has the facts that were stored with it, whatever the build says', async () => {
  const map = new Map();
  const bucket = createMemoryBucket(map);
  const facts = {
    status: 410,
    headers: {},
    renderedAt: 1,
    expiration: 60,
    tags: ['x'],
    ledgerSequence: 3,
    bodyHash: '',
  };
  const pages = createS3PageStore(bucket, { deploymentId: DEPLOYMENT });
  await pages.write({ ...facts, pageKey: NOT_FOUND, body: Buffer.from('gone') }, { absent: true });
  const [object] = map.values();
  const prerendered = () => ({ status: 404 });
  expect(await readStoredPage(NOT_FOUND, object, { bucket, prerendered })).toMatchObject({
    ...facts,
    isPrerendered: false,
  });
});

test.each([{}, { location: '' }, { location: 'https://' }])(
  'a stored redirect that leads nowhere (%j) is rendered before it is served',
  async (headers) => {
    const facts = { status: 301, headers, renderedAt: 1, expiration: false, tags: [], ledgerSequence: 3, bodyHash: '' };
    const object = { body: Buffer.alloc(0), etag: '"1"', headers: { 'x-amz-meta-isr': JSON.stringify(facts) } };
    const bucket = createMemoryBucket(new Map());
    expect(await readStoredPage(NOT_FOUND, object, { bucket, prerendered: () => undefined })).toMatchObject({
      status: 200,
      expiration: 1,
      staleWhileRevalidate: 0,
    });
  },
);
