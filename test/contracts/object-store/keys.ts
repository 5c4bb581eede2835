import { DeleteObjectCommand, DeleteObjectsCommand, GetObjectAclCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { type Objects, outcomeOf } from './subject.ts';

const ODD_KEYS = [
  'a/b/c.html',
  'folder/',
  'a//b',
  '/lead',
  'a/../b',
  '..',
  'p%20q',
  'p%2Fq',
  '%',
  '%zz',
  'sp ace',
  'plus+sign',
  "bang!star*(paren)'quote'",
  'double"quote',
  'ünïcode/日本語.html',
  'emoji/😀',
  'q?x=1&y=2',
  'h#frag',
  'a&b=c',
  '&amp;lt;',
  '<xml>',
  'tab\tkey',
  'semi;colon:@,$',
  '~tilde',
  'trailing.',
  'back\\slash',
  '0012',
  'constructor',
  '__proto__',
];

export function describeKeys(objects: () => Objects): void {
  describe('keys', () => {
    test.each(ODD_KEYS)('%j is written, read, listed and deleted', async (Key) => {
      const { bucket: Bucket, client } = objects();
      await objects().put(Key, `body of ${Key}`);

      expect(await objects().text(Key)).toBe(`body of ${Key}`);
      expect(await outcomeOf(objects().head(Key))).toBe('done');
      const { Contents = [] } = await objects().list({ Prefix: Key });
      expect(Contents.map((object) => object.Key)).toContain(Key);
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
      expect(await outcomeOf(objects().head(Key))).toBe('404 NotFound');
    });

    test('that differ in a slash or in case are different', async () => {
      const keys = ['same/x', 'same/x/', 'same/x/y', 'same/X'];
      for (const key of keys) await objects().put(key, key);

      expect(await Promise.all(keys.map((key) => objects().text(key)))).toEqual(keys);
    });

    test.each([
      { size: '1024 bytes', key: 'L'.repeat(1024), expected: 'done' },
      { size: 'long segments', key: `${`${'s'.repeat(300)}/`.repeat(3)}${'e'.repeat(121)}`, expected: 'done' },
      { size: '1024 bytes of three-byte characters', key: `a${'日'.repeat(341)}`, expected: 'done' },
      { size: '1025 bytes', key: 'L'.repeat(1025), expected: '400 KeyTooLongError' },
      { size: '1026 bytes of three-byte characters', key: '日'.repeat(342), expected: '400 KeyTooLongError' },
    ])('of $size are $expected', async ({ key, expected }) => {
      expect(await outcomeOf(objects().put(key, 'x'))).toBe(expected);
      if (expected === 'done') expect(await objects().text(key)).toBe('x');
    });

    test('that do not exist are NoSuchKey, and buckets NoSuchBucket', async () => {
      const elsewhere = new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'a' });

      expect(await outcomeOf(objects().get('absent'))).toBe('404 NoSuchKey');
      expect(await outcomeOf(objects().head('absent'))).toBe('404 NotFound');
      expect(await outcomeOf(objects().client.send(elsewhere))).toBe('404 NoSuchBucket');
    });

    test('are left alone by actions that are not implemented', async () => {
      const { bucket: Bucket, client } = objects();
      await objects().put('acl', 'x');

      expect(await outcomeOf(client.send(new GetObjectAclCommand({ Bucket, Key: 'acl' })))).toBe('501 NotImplemented');
      expect((await objects().fetch('acl?tagging', { method: 'GET' })).status).toBe(404);
      const response = await fetch(`${objects().endpoint}/${Bucket}/acl?tagging`, {
        method: 'PUT',
        body: '<Tagging/>',
      });
      expect(response.status).toBe(501);
      expect(await objects().text('acl')).toBe('x');
    });
  });

  describe('listing', () => {
    test('goes by UTF-8 bytes', async () => {
      const sorted = ['order/Z', 'order/a', 'order/é', 'order/\uff5e', 'order/\u{1f600}'];
      for (const key of sorted.toReversed()) await objects().put(key, 'x');

      expect(await keysOf(objects(), { Prefix: 'order/' })).toEqual(sorted);
    });

    test('pages through 1200 keys in thousands, and deletes a thousand at once', { timeout: 30_000 }, async () => {
      const keys = Array.from({ length: 1200 }, (_, index) => `pages/${String(index).padStart(5, '0')}`);
      for (let index = 0; index < keys.length; index += 100) {
        await Promise.all(
          keys.slice(index, index + 100).map((key) => objects().fetch(key, { method: 'PUT', body: 'x' })),
        );
      }

      const first = await objects().list({ Prefix: 'pages/' });
      const second = await objects().list({ Prefix: 'pages/', ContinuationToken: first.NextContinuationToken });

      expect([first.KeyCount, first.IsTruncated, second.KeyCount, second.IsTruncated]).toEqual([
        1000,
        true,
        200,
        false,
      ]);
      expect([...(first.Contents ?? []), ...(second.Contents ?? [])].map(({ Key }) => Key)).toEqual(keys);
      expect(await keysOf(objects(), { Prefix: 'pages/', StartAfter: 'pages/01197' })).toEqual(keys.slice(1198));

      const Objects = keys.slice(0, 1000).map((Key) => ({ Key }));
      await objects().client.send(
        new DeleteObjectsCommand({ Bucket: objects().bucket, Delete: { Objects, Quiet: true } }),
      );
      expect((await objects().list({ Prefix: 'pages/', MaxKeys: 1 })).Contents?.[0]?.Key).toBe('pages/01000');
    });

    test.each([1, 2, 3, 4, 5, 6, 7])('in pages of %i names each key and folder once', async (MaxKeys) => {
      for (const key of ['a', 'b/1', 'b/2', 'c', 'e/1', 'f/1', 'g']) await objects().put(`tree/${key}`, 'x');
      const names: unknown[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await objects().list({ Prefix: 'tree/', Delimiter: '/', MaxKeys, ContinuationToken });
        names.push(...(page.Contents ?? []).map(({ Key }) => Key));
        names.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);

      expect(names.sort()).toEqual(['tree/a', 'tree/b/', 'tree/c', 'tree/e/', 'tree/f/', 'tree/g']);
    });

    test('starts behind a key inside of a folder with the rest of the folder', async () => {
      await objects().put('inside/b/1', 'x');
      await objects().put('inside/b/2', 'x');

      const page = await objects().list({ Prefix: 'inside/', Delimiter: '/', StartAfter: 'inside/b/1' });

      expect(page.CommonPrefixes).toEqual([{ Prefix: 'inside/b/' }]);
    });

    test('of no keys is complete', async () => {
      await objects().put('some', 'x');
      const { KeyCount, IsTruncated } = await objects().list({ MaxKeys: 0 });

      expect({ KeyCount, IsTruncated }).toEqual({ KeyCount: 0, IsTruncated: false });
    });

    test('encodes keys when asked to', async () => {
      await objects().put("url/a b+c&ü'", 'x');
      const { EncodingType, Contents } = await objects().list({ Prefix: 'url/', EncodingType: 'url' });

      expect(EncodingType).toBe('url');
      expect(Contents?.[0]?.Key).toBe('url/a+b%2Bc%26%C3%BC%27');
    });

    test('follows each write and delete', async () => {
      const { bucket: Bucket, client } = objects();
      const list = () => keysOf(objects(), { Prefix: 'now/' });
      await objects().put('now/b', 'x');
      expect(await list()).toEqual(['now/b']);
      await objects().put('now/a', 'x');
      expect(await list()).toEqual(['now/a', 'now/b']);
      await client.send(new DeleteObjectCommand({ Bucket, Key: 'now/b' }));
      expect(await list()).toEqual(['now/a']);
    });
  });
}

async function keysOf(objects: Objects, query: { Prefix: string; StartAfter?: string }): Promise<unknown[]> {
  return ((await objects.list(query)).Contents ?? []).map(({ Key }) => Key);
}
