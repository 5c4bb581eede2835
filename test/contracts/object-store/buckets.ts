import {
  CopyObjectCommand,
  type CopyObjectCommandInput,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { type Objects, outcomeOf } from './subject.ts';

const OTHER_ETAG = '"0123456789abcdef0123456789abcdef"';

export function describeBuckets(objects: () => Objects): void {
  describe('buckets', () => {
    test('are created, listed, and deleted when they are empty', async () => {
      const { client } = objects();
      const Bucket = 'another-bucket';
      const run = {
        head: () => client.send(new HeadBucketCommand({ Bucket })),
        delete: () => client.send(new DeleteBucketCommand({ Bucket })),
      };
      expect(await outcomeOf(run.head())).toBe('404 NotFound');

      await client.send(new CreateBucketCommand({ Bucket }));
      await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));

      expect(await outcomeOf(run.head())).toBe('done');
      const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
      expect(Buckets.map(({ Name }) => Name)).toEqual(expect.arrayContaining([Bucket, objects().bucket]));
      expect(await outcomeOf(run.delete())).toBe('409 BucketNotEmpty');
      await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
      expect(await outcomeOf(run.delete())).toBe('done');
      expect(await outcomeOf(run.head())).toBe('404 NotFound');
    });

    test('have names that can be those of hosts', async () => {
      const created = objects().client.send(new CreateBucketCommand({ Bucket: 'No_Host' }));

      expect(await outcomeOf(created)).toBe('400 InvalidBucketName');
    });
  });

  describe('copies', () => {
    const copy = (Key: string, CopySource: string, more: Partial<CopyObjectCommandInput> = {}) => {
      const { client, bucket: Bucket } = objects();
      return client.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${CopySource}`, ...more }));
    };

    test('are objects of their own', async () => {
      await objects().put('copied/é a', 'first', { Tagging: 'a=b' });
      await copy('copied/b', encodeURIComponent('copied/é a'));
      await objects().put('copied/é a', 'second');

      expect(await objects().text('copied/b')).toBe('first');
    });

    test('replace tags when they are told to', async () => {
      await objects().put('tagged source', 'x', { Tagging: 'a=b&c=d' });
      await copy('tagged copy', 'tagged source', { TaggingDirective: 'REPLACE', Tagging: 'only=one' });

      expect((await objects().fetch('tagged copy')).headers.get('x-amz-tagging-count')).toBe('1');
    });

    test.each([
      ['another version', { CopySourceIfMatch: OTHER_ETAG }, '412 PreconditionFailed'],
      ['no other version', { CopySourceIfNoneMatch: OTHER_ETAG }, 'done'],
    ])('of %s are %j %s', async (_, condition, expected) => {
      await objects().put('conditional source', 'x');

      expect(await outcomeOf(copy('conditional copy', 'conditional source', condition))).toBe(expected);
    });

    test('onto itself change something, and a source is there', async () => {
      await objects().put('self', 'x');

      expect(await outcomeOf(copy('self', 'self'))).toBe('400 InvalidRequest');
      const replacing = { MetadataDirective: 'REPLACE', Metadata: { n: '1' } } as const;
      expect(await outcomeOf(copy('self', 'self', replacing))).toBe('done');
      expect([(await objects().head('self')).Metadata, await objects().text('self')]).toEqual([{ n: '1' }, 'x']);
      expect(await outcomeOf(copy('self', 'absent source'))).toBe('404 NoSuchKey');
    });
  });
}
