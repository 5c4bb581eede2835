import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { CopyObjectCommand, DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { type Objects, outcomeOf } from './subject.ts';

const OTHER_ETAG = '"0123456789abcdef0123456789abcdef"';

export function describeConditions(objects: () => Objects): void {
  describe('conditional writes', () => {
    test('writes a new key under If-None-Match: * once', async () => {
      const { put, text } = verbs(objects());

      expect(await outcomeOf(put('once', 'first', { IfNoneMatch: '*' }))).toBe('done');
      expect(await outcomeOf(put('once', 'second', { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed');
      expect(await text('once')).toBe('first');
    });

    test('lets one of 30 concurrent first writers win', async () => {
      const { put, text } = verbs(objects());

      const outcomes = await Promise.all(
        Array.from({ length: 30 }, (_, writer) => outcomeOf(put('race', `writer ${writer}`, { IfNoneMatch: '*' }))),
      );

      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === '412 PreconditionFailed')).toHaveLength(29);
      expect(await text('race')).toBe(`writer ${outcomes.indexOf('done')}`);
    });

    test('lets one of 8 concurrent first writers of a megabyte win', async () => {
      const { put, text } = verbs(objects());
      const bodies = [...'abcdefgh'].map((letter) => letter.repeat(2 ** 20));

      const outcomes = await Promise.all(
        bodies.map((body) => outcomeOf(put('large race', body, { IfNoneMatch: '*' }))),
      );

      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
      expect((await text('large race')) === bodies[outcomes.indexOf('done')]).toBe(true);
    });

    test('lets one of 30 concurrent replacements of one version win', async () => {
      const { put } = verbs(objects());
      const { ETag } = await put('swap', 'before');

      const outcomes = await Promise.all(
        Array.from({ length: 30 }, (_, writer) => outcomeOf(put('swap', `writer ${writer}`, { IfMatch: ETag }))),
      );

      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
    });

    test('refuses to replace another version than the one named', async () => {
      const { put, text } = verbs(objects());
      await put('version', 'a');

      expect(await outcomeOf(put('version', 'b', { IfMatch: OTHER_ETAG }))).toBe('412 PreconditionFailed');
      expect(await text('version')).toBe('a');
    });

    test('finds no key to replace where there is none', async () => {
      expect(await outcomeOf(objects().put('absent', 'b', { IfMatch: OTHER_ETAG }))).toBe('404 NoSuchKey');
    });

    test('takes no entity tag in If-None-Match of a write', async () => {
      expect(await outcomeOf(objects().put('tagged', 'b', { IfNoneMatch: OTHER_ETAG }))).toBe('501 NotImplemented');
    });

    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    test.each([
      { condition: { 'if-none-match': '*' }, expected: 409, code: 'ConditionalRequestConflict' },
      { condition: { 'if-match': '*' }, expected: 404, code: 'NoSuchKey' },
    ])('under $condition that a delete overtakes is $expected', async ({ condition, expected, code }) => {
      const { bucket, client, put, fetch } = verbs(objects());
      const Key = `overtaken ${expected}`;
      await put(Key, 'before');
      const written = await beginPut(`${objects().endpoint}/${bucket}/${encodeURIComponent(Key)}`, condition);
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));

      expect(await written.end('after')).toEqual({ status: expected, body: expect.stringContaining(code) });
      expect((await fetch(Key)).status).toBe(404);
    });

    test('copies only to a key that is free, when asked to', async () => {
      const { bucket, client, put } = verbs(objects());
      await put('source', 'a');
      const copy = () =>
        client.send(
          new CopyObjectCommand({ Bucket: bucket, Key: 'target', CopySource: `${bucket}/source`, IfNoneMatch: '*' }),
        );

      expect(await outcomeOf(copy())).toBe('done');
      expect(await outcomeOf(copy())).toBe('412 PreconditionFailed');
    });
  });

  describe('conditional deletes', () => {
    test.each([
      { condition: OTHER_ETAG, exists: true, expected: '412 PreconditionFailed' },
      { condition: '*', exists: true, expected: 'done' },
      { condition: OTHER_ETAG, exists: false, expected: '404 NoSuchKey' },
      { condition: '*', exists: false, expected: '404 NoSuchKey' },
    ])('DeleteObject If-Match $condition of a key that exists: $exists is $expected', async (row) => {
      const { bucket, client, put } = verbs(objects());
      const Key = `delete ${row.condition} ${row.exists}`;
      if (row.exists) await put(Key, 'a');

      const deleted = client.send(new DeleteObjectCommand({ Bucket: bucket, Key, IfMatch: row.condition }));

      expect(await outcomeOf(deleted)).toBe(row.expected);
    });

    test('deletes the version named, and a missing key without a condition', async () => {
      const { bucket, client, head, put } = verbs(objects());
      const { ETag } = await put('gone', 'a');

      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'gone', IfMatch: ETag }));

      expect(await outcomeOf(head('gone'))).toBe('404 NotFound');
      expect(await outcomeOf(client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'gone' })))).toBe('done');
    });

    test('deletes many keys at once, and reports the versions that are others', async () => {
      const { bucket, client, put, text } = verbs(objects());
      for (const key of ['many/a & b', 'many/&lt;', 'many/ ', 'many/kept']) await put(key, 'a');

      const { Deleted = [], Errors = [] } = await client.send(
        new DeleteObjectsCommand({
          Bucket: bucket,
          Delete: {
            Objects: [
              { Key: 'many/a & b' },
              { Key: 'many/&lt;' },
              { Key: 'many/ ' },
              { Key: 'many/absent' },
              { Key: 'many/kept', ETag: OTHER_ETAG },
            ],
          },
        }),
      );

      expect(Deleted.map(({ Key }) => Key)).toEqual(['many/a & b', 'many/&lt;', 'many/ ', 'many/absent']);
      expect(Errors.map(({ Key, Code }) => [Key, Code])).toEqual([['many/kept', 'PreconditionFailed']]);
      expect((await objects().list({ Prefix: 'many/' })).KeyCount).toBe(1);
      expect(await text('many/kept')).toBe('a');
    });
  });

  describe('conditional reads', () => {
    test.each(['GET', 'HEAD'])('answers %s If-None-Match with 304 and what a cache has to update', async (method) => {
      const { put, fetch } = verbs(objects());
      const { ETag = '' } = await put('page', 'html', {
        CacheControl: 'public, max-age=0, s-maxage=30',
        Expires: new Date('2030-01-01T00:00:00Z'),
      });

      const response = await fetch('page', { method, headers: { 'if-none-match': ETag } });

      expect(response.status).toBe(304);
      expect(await response.text()).toBe('');
      expect(response.headers.get('etag')).toBe(ETag);
      expect(response.headers.get('cache-control')).toBe('public, max-age=0, s-maxage=30');
      expect(response.headers.get('expires')).toBe('Tue, 01 Jan 2030 00:00:00 GMT');
      expect(response.headers.get('last-modified')).toMatch(/ GMT$/);
    });

    test.each([
      ['a list that holds the tag', (etag: string) => ({ 'if-none-match': `"other", ${etag}` }), 304],
      ['the weak form of the tag', (etag: string) => ({ 'if-none-match': `W/${etag}` }), 304],
      ['*', () => ({ 'if-none-match': '*' }), 304],
      ['another tag', () => ({ 'if-none-match': OTHER_ETAG }), 200],
      ['If-Match with another tag', () => ({ 'if-match': OTHER_ETAG }), 412],
      ['If-Match with the tag', (etag: string) => ({ 'if-match': etag }), 200],
    ])('judges %s', async (_, headersFor, status) => {
      const { put, fetch } = verbs(objects());
      const { ETag = '' } = await put('judged', 'html');

      const response = await fetch('judged', { headers: headersFor(ETag) });

      expect(response.status).toBe(status);
      await response.arrayBuffer();
    });

    test('knows its own Last-Modified in If-Modified-Since, and a later write', async () => {
      const { advance, put, fetch } = verbs(objects());
      await put('dated', 'a');
      const lastModified = (await fetch('dated')).headers.get('last-modified') ?? '';
      const status = async () => (await fetch('dated', { headers: { 'if-modified-since': lastModified } })).status;

      expect(await status()).toBe(304);
      advance(2000);
      await put('dated', 'b');
      expect(await status()).toBe(200);
    });

    test('throws 304 at SDK clients', async () => {
      const { put, get } = verbs(objects());
      const { ETag } = await put('sdk', 'a');

      expect(await outcomeOf(get('sdk', { IfNoneMatch: ETag }))).toMatch(/^304 /);
    });
  });
}

/** A PUT that the store has taken the head of, and whose body is still to come. */
async function beginPut(url: string, condition: Readonly<Record<string, string | undefined>>) {
  // The store asks for the body once it has the head.
  const sent = request(url, { method: 'PUT', headers: { ...condition, expect: '100-continue', 'content-length': 5 } });
  const response = once(sent, 'response') as Promise<[IncomingMessage]>;
  await once(sent, 'continue');
  return {
    async end(body: string) {
      sent.end(body);
      const [message] = await response;
      return { status: message.statusCode, body: await text(message) };
    },
  };
}

function verbs(objects: Objects) {
  return {
    client: objects.client,
    bucket: objects.bucket,
    advance: objects.advance,
    put: objects.put.bind(objects),
    get: objects.get.bind(objects),
    head: objects.head.bind(objects),
    text: objects.text.bind(objects),
    fetch: objects.fetch.bind(objects),
  };
}
