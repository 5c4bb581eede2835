import { XMLParser } from '../../vendor/xml.ts';
import { S3Error } from './fauxqs.ts';
import type { LocalObjectStore } from './object-store.ts';
import { type ChangeVerdict, judgeChange } from './preconditions.ts';
import { element, xmlDocument } from './xml.ts';

interface Deletion {
  readonly Key: string;
  readonly ETag?: string;
}

const MAX_KEYS = 1000;

const parser = new XMLParser({
  // Keys are text as they stand: '0012' is no number, and ' a ' keeps its spaces.
  parseTagValue: false,
  trimValues: false,
  processEntities: true,
  htmlEntities: true,
  isArray: (name) => name === 'Object',
});

/** The answer to DeleteObjects. fauxqs takes neither `ETag` nor a key such as `&amp;lt;`. */
export function deleteObjects(store: LocalObjectStore, bucket: string, body: string): string {
  const request = parser.parse(body) as { Delete?: { Object?: readonly Deletion[]; Quiet?: string } };
  const deletions = request.Delete?.Object ?? [];
  if (deletions.length === 0 || deletions.length > MAX_KEYS) {
    throw new S3Error('MalformedXML', `DeleteObjects takes 1 to ${MAX_KEYS} keys, got ${deletions.length}`, 400);
  }
  const quiet = request.Delete?.Quiet === 'true';
  const lines = deletions.map((deletion) => deleteOne(store, bucket, deletion, quiet));
  return xmlDocument('DeleteResult', lines.join(''));
}

function deleteOne(store: LocalObjectStore, bucket: string, { Key, ETag }: Deletion, quiet: boolean): string {
  const verdict = judgeChange({ 'if-match': ETag }, store.find(bucket, Key));
  if (verdict !== 'change') return errorLine(Key, verdict);
  store.deleteObject(bucket, Key);
  return quiet ? '' : `<Deleted>${element('Key', Key)}</Deleted>`;
}

function errorLine(key: string, verdict: Exclude<ChangeVerdict, 'change'>): string {
  const code = verdict === 'no-such-key' ? 'NoSuchKey' : 'PreconditionFailed';
  return `<Error>${element('Key', key)}${element('Code', code)}${element('Message', verdict)}</Error>`;
}
