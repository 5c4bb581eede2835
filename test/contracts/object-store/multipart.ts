import { createHash, randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { type Objects, outcomeOf } from './subject.ts';

const MIN_PART_BYTES = 5 * 1024 * 1024;

export function describeMultipart(objects: () => Objects): void {
  describe('uploads in parts', () => {
    test('make an object whose parts are known', async () => {
      const first = randomBytes(MIN_PART_BYTES);
      const upload = await begin(objects(), 'in-parts');
      const parts = [await upload.part(1, first), await upload.part(2, Buffer.from('end'))];

      const { ETag } = await upload.complete(parts);

      const digests = [first, Buffer.from('end')].map((body) => createHash('md5').update(body).digest());
      expect(ETag).toBe(`"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-2"`);
      const part = await objects().get('in-parts', { PartNumber: 2 });
      expect([await part.Body?.transformToString(), part.PartsCount]).toEqual(['end', 2]);
      const command = new GetObjectAttributesCommand({
        Bucket: objects().bucket,
        Key: 'in-parts',
        ObjectAttributes: ['ETag', 'ObjectSize', 'ObjectParts'],
      });
      expect(await objects().client.send(command)).toMatchObject({
        ETag: ETag?.replaceAll('"', ''),
        ObjectSize: MIN_PART_BYTES + 3,
        ObjectParts: { TotalPartsCount: 2 },
      });
    });

    test('take parts of other objects', async () => {
      await objects().put('source of parts', randomBytes(MIN_PART_BYTES + 10));
      const upload = await begin(objects(), 'copied-parts');
      const whole = await upload.copy(1, 'source of parts');
      const range = await upload.copy(2, 'source of parts', 'bytes=5-9');
      await upload.complete([whole, range]);

      expect((await objects().head('copied-parts')).ContentLength).toBe(MIN_PART_BYTES + 15);
    });

    test('are nothing before they are complete, and after they were aborted', async () => {
      const upload = await begin(objects(), 'aborted');
      const part = await upload.part(1, Buffer.from('x'));
      expect(await outcomeOf(objects().head('aborted'))).toBe('404 NotFound');

      await upload.abort();

      expect(await outcomeOf(upload.complete([part]))).toBe('404 NoSuchUpload');
      expect(await outcomeOf(upload.part(2, Buffer.from('y')))).toBe('404 NoSuchUpload');
      expect(await outcomeOf(objects().head('aborted'))).toBe('404 NotFound');
    });

    test('are refused when a part is too small, another, or out of order', async () => {
      const upload = await begin(objects(), 'refused');
      const small = await upload.part(1, Buffer.from('small'));
      const last = await upload.part(2, Buffer.from('last'));

      expect(await outcomeOf(upload.complete([small, last]))).toBe('400 EntityTooSmall');
      expect(await outcomeOf(upload.complete([last, small]))).toBe('400 InvalidPartOrder');
      expect(await outcomeOf(upload.complete([{ ...small, ETag: last.ETag }]))).toBe('400 InvalidPart');
      expect(await outcomeOf(upload.complete([]))).toBe('400 MalformedXML');
      expect(await outcomeOf(upload.part(10_001, Buffer.from('x')))).toBe('400 InvalidArgument');
      expect(await outcomeOf(upload.complete([small]))).toBe('done');
    });

    test('are completed on the condition that nobody wrote before', async () => {
      const upload = await begin(objects(), 'conditional parts');
      const part = await upload.part(1, Buffer.from('parts'));
      await objects().put('conditional parts', 'other');

      expect(await outcomeOf(upload.complete([part], { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed');
      const { ETag } = await objects().head('conditional parts');
      expect(await outcomeOf(upload.complete([part], { IfMatch: ETag }))).toBe('done');
      expect(await objects().text('conditional parts')).toBe('parts');
    });
  });
}

async function begin({ client, bucket: Bucket }: Objects, Key: string) {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const upload = { Bucket, Key, UploadId };
  return {
    async part(PartNumber: number, Body: Uint8Array): Promise<CompletedPart> {
      const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
      return { ETag, PartNumber };
    },
    async copy(PartNumber: number, source: string, CopySourceRange?: string): Promise<CompletedPart> {
      const CopySource = `${Bucket}/${encodeURIComponent(source)}`;
      const command = new UploadPartCopyCommand({ ...upload, PartNumber, CopySource, CopySourceRange });
      return { ETag: (await client.send(command)).CopyPartResult?.ETag, PartNumber };
    },
    complete(Parts: CompletedPart[], condition: { IfNoneMatch?: string; IfMatch?: string | undefined } = {}) {
      return client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...condition }));
    },
    abort: () => client.send(new AbortMultipartUploadCommand(upload)),
  };
}
