import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectTaggingCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { type Objects, outcomeOf } from './subject.ts';

const MIB = 1024 * 1024;

export function describeContent(objects: () => Objects): void {
  describe('metadata', () => {
    test('comes back as it was stored, to GET and HEAD', async () => {
      await objects().put('meta', '<h1>hi</h1>', {
        ContentType: 'text/html; charset=utf-8',
        CacheControl: 'public, s-maxage=60, stale-while-revalidate=30',
        ContentEncoding: 'identity',
        ContentLanguage: 'en',
        ContentDisposition: 'inline',
        Expires: new Date('2030-01-01T00:00:00Z'),
        Metadata: { 'isr-tags': 'a,b', MixedCase: 'V', empty: '' },
      });

      for (const method of ['GET', 'HEAD']) {
        const { headers } = await objects().fetch('meta', { method });
        expect(Object.fromEntries(headers)).toMatchObject({
          'content-type': 'text/html; charset=utf-8',
          'cache-control': 'public, s-maxage=60, stale-while-revalidate=30',
          'content-encoding': 'identity',
          'content-language': 'en',
          'content-disposition': 'inline',
          expires: 'Tue, 01 Jan 2030 00:00:00 GMT',
          etag: `"${createHash('md5').update('<h1>hi</h1>').digest('hex')}"`,
          'content-length': '11',
          'accept-ranges': 'bytes',
          'x-amz-meta-isr-tags': 'a,b',
          'x-amz-meta-mixedcase': 'V',
          'x-amz-meta-empty': '',
        });
        const amazon = [...headers.keys()].filter((name) => name.startsWith('x-amz-meta-'));
        expect(amazon).toHaveLength(3);
      }
    });

    test('is replaced as a whole by the next write', async () => {
      await objects().put('replaced', '1', { CacheControl: 'max-age=1', Metadata: { a: '1' }, Tagging: 'a=b' });
      await objects().put('replaced', '2');

      const { CacheControl, Metadata, ContentType } = await objects().head('replaced');

      expect({ CacheControl, Metadata, ContentType }).toEqual({
        CacheControl: undefined,
        Metadata: {},
        ContentType: 'application/octet-stream',
      });
    });

    test('of a type that nobody named is binary/octet-stream', async () => {
      await objects().fetch('untyped', { method: 'PUT', body: new Uint8Array([1]) });

      expect((await objects().head('untyped')).ContentType).toBe('binary/octet-stream');
    });

    test('takes 2048 bytes of names and values, and no more', async () => {
      const put = (bytes: number) => objects().put('limit', 'x', { Metadata: { name: 'y'.repeat(bytes - 4) } });

      expect(await outcomeOf(put(2048))).toBe('done');
      expect((await objects().head('limit')).Metadata?.name).toHaveLength(2044);
      expect(await outcomeOf(put(2049))).toBe('400 MetadataTooLarge');
    });

    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html#UserMetadata
    test.each([
      ['text beyond ASCII, byte by byte', 'ÄMÄ S3', '=?UTF-8?B?w4RNw4QgUzM=?='],
      ['an encoded word of text beyond ASCII', '=?UTF-8?B?5pel5pys?=', '=?UTF-8?B?5pel5pys?='],
      ['a quoted word', '=?utf-8?Q?caf=C3=A9_au?=', '=?UTF-8?B?Y2Fmw6kgYXU=?='],
      ['an encoded word of ASCII', '=?UTF-8?B?cGxhaW4=?=', 'plain'],
      ['what only looks like one', 'a =?UTF-8?B?cGxhaW4=?=', 'a =?UTF-8?B?cGxhaW4=?='],
    ])('that is %s is answered in a form for the mail', async (_, sent, answered) => {
      await objects().fetch('unicode', { method: 'PUT', body: 'x', headers: { 'x-amz-meta-text': sent } });

      expect((await objects().fetch('unicode')).headers.get('x-amz-meta-text')).toBe(answered);
    });

    test('counts towards its limit in UTF-8', async () => {
      const put = (bytes: number) =>
        objects().put('limit', 'x', {
          Metadata: { name: `=?UTF-8?B?${Buffer.from('é'.repeat((bytes - 4) / 2)).toString('base64')}?=` },
        });

      expect(await outcomeOf(put(2048))).toBe('done');
      expect(await outcomeOf(put(2050))).toBe('400 MetadataTooLarge');
    });

    test('dates a write by the clock, to the second', async () => {
      objects().advance(90 * 24 * 3_600_000);
      await objects().put('dated', 'x');
      const { LastModified } = await objects().head('dated');

      const second = Math.floor(objects().now() / 1000) * 1000;
      expect(Number(LastModified)).toBe(second);
      expect(Date.parse((await objects().fetch('dated')).headers.get('date') ?? '')).toBe(second);
    });

    test('counts and lists tags', async () => {
      const { bucket: Bucket, client } = objects();
      await objects().put('tagged', 'x', { Tagging: 'expiry=31d&a%20b=%26' });

      expect((await objects().fetch('tagged')).headers.get('x-amz-tagging-count')).toBe('2');
      const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'tagged' }));
      expect(TagSet).toEqual([
        { Key: 'expiry', Value: '31d' },
        { Key: 'a b', Value: '&' },
      ]);
      expect(await outcomeOf(objects().put('tagged', 'x', { Tagging: 'a=1&a=2' }))).toBe('400 InvalidTag');
    });

    test('is copied with an object, or replaced on the way', async () => {
      const { bucket: Bucket, client } = objects();
      await objects().put('original', 'x', { CacheControl: 'max-age=1', Metadata: { n: '1' }, Tagging: 'a=b' });
      const CopySource = `${Bucket}/original`;

      await client.send(new CopyObjectCommand({ Bucket, Key: 'same', CopySource }));
      await client.send(
        new CopyObjectCommand({ Bucket, Key: 'other', CopySource, MetadataDirective: 'REPLACE', Metadata: { n: '2' } }),
      );

      expect(await objects().head('same')).toMatchObject({ CacheControl: 'max-age=1', Metadata: { n: '1' } });
      const other = await objects().fetch('other', { method: 'HEAD' });
      expect(other.headers.get('x-amz-meta-n')).toBe('2');
      expect(other.headers.get('cache-control')).toBeNull();
      expect(other.headers.get('x-amz-tagging-count')).toBe('1');
    });
  });

  describe('bodies', () => {
    test.each([
      ['empty', 0],
      ['of one byte', 1],
      ['of 12 MiB', 12 * MIB],
    ])('%s come back unchanged', async (name, bytes) => {
      const body = randomBytes(bytes);
      await objects().put(`body ${name}`, body);

      const { Body } = await objects().get(`body ${name}`);

      expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
    });

    test.each(['application/x-www-form-urlencoded', 'application/x-amz-json-1.0', 'application/json', 'text/plain'])(
      'of type %s are not read',
      async (type) => {
        const response = await objects().fetch('typed', {
          method: 'PUT',
          body: '{"a=b',
          headers: { 'content-type': type },
        });

        expect(response.status).toBe(200);
        expect(await objects().text('typed')).toBe('{"a=b');
      },
    );

    test('of streams keep their coding without aws-chunked', async () => {
      const stream = Readable.from([Buffer.from('abc'), Buffer.from('def')]);
      await objects().put('stream', stream, { ContentLength: 6, ContentEncoding: 'gzip' });

      const { ContentEncoding, ContentLength } = await objects().head('stream');

      expect({ ContentEncoding, ContentLength }).toEqual({ ContentEncoding: 'gzip', ContentLength: 6 });
    });

    test.each([
      ['ContentMD5', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }],
      ['ChecksumCRC32', { ChecksumCRC32: 'AAAAAA==' }],
      ['ChecksumSHA256', { ChecksumSHA256: `${'A'.repeat(43)}=` }],
    ])('are refused when %s is not theirs', async (_, digest) => {
      expect(await outcomeOf(objects().put('digest', 'x', digest))).toBe('400 BadDigest');
    });

    test('are refused when another body was signed', async () => {
      const headers = { 'x-amz-content-sha256': '0'.repeat(64) };
      const response = await objects().fetch('signed', { method: 'PUT', body: 'x', headers });

      expect(response.status).toBe(400);
      expect(await response.text()).toContain('<Code>XAmzContentSHA256Mismatch</Code>');
    });

    test('keep a checksum that the client gave, for who asks', async () => {
      const crc32 = 'jNwWgw==';
      const { ChecksumCRC32 } = await objects().put('summed', 'x', { ChecksumCRC32: crc32 });
      expect(ChecksumCRC32).toBe(crc32);

      const headers = { 'x-amz-checksum-mode': 'ENABLED' };
      expect((await objects().fetch('summed', { headers })).headers.get('x-amz-checksum-crc32')).toBe(crc32);
      expect((await objects().fetch('summed')).headers.get('x-amz-checksum-crc32')).toBeNull();
    });

    test.each([
      ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
      ['bytes=7-', 206, '789', 'bytes 7-9/10'],
      ['bytes=-3', 206, '789', 'bytes 7-9/10'],
      ['bytes=-500', 206, '0123456789', 'bytes 0-9/10'],
      ['bytes=0-1,4-5', 200, '0123456789', null],
      ['bytes=10-', 416, undefined, 'bytes */10'],
    ])('answer range %s with %i', async (range, status, body, contentRange) => {
      await objects().put('digits', '0123456789');

      const response = await objects().fetch('digits', { headers: { range } });
      const text = await response.text();

      expect(response.status).toBe(status);
      if (body !== undefined) expect(text).toBe(body);
      expect(response.headers.get('content-range')).toBe(contentRange);
    });

    test('answer HEAD of a range as GET, but for the bytes', async () => {
      await objects().put('digits', '0123456789');

      const { status, headers } = await objects().fetch('digits', { method: 'HEAD', headers: { range: 'bytes=2-4' } });

      expect([status, headers.get('content-length'), headers.get('content-range')]).toEqual([206, '3', 'bytes 2-4/10']);
    });

    test('of a megabyte are read in any part', async () => {
      const body = randomBytes(MIB);
      await objects().put('large', body);

      const response = await objects().fetch('large', { headers: { range: 'bytes=700000-900000' } });

      expect(Buffer.from(await response.arrayBuffer()).equals(body.subarray(700_000, 900_001))).toBe(true);
    });

    test('can be uploaded in parts, onto a free key', async () => {
      const { bucket: Bucket, client } = objects();
      const first = randomBytes(5 * MIB);
      const upload = async () => {
        const { UploadId } = await client.send(
          new CreateMultipartUploadCommand({ Bucket, Key: 'parts', Metadata: { n: '1' } }),
        );
        const part = (PartNumber: number, Body: Uint8Array) =>
          client.send(new UploadPartCommand({ Bucket, Key: 'parts', UploadId, PartNumber, Body }));
        const Parts = [first, Buffer.from('end')].map(async (body, index) => {
          const { ETag } = await part(index + 1, body);
          return { ETag, PartNumber: index + 1 };
        });
        const MultipartUpload = { Parts: await Promise.all(Parts) };
        return client.send(
          new CompleteMultipartUploadCommand({ Bucket, Key: 'parts', UploadId, MultipartUpload, IfNoneMatch: '*' }),
        );
      };

      expect(await outcomeOf(upload())).toBe('done');
      const { ContentLength, Metadata } = await objects().head('parts');
      expect({ ContentLength, Metadata }).toEqual({ ContentLength: 5 * MIB + 3, Metadata: { n: '1' } });
      expect(await outcomeOf(upload())).toBe('412 PreconditionFailed');
    });
  });
}
