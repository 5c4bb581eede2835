import { createHash, hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { crc32 as crc32Of } from 'node:zlib';

/** What is digested in one turn of the event loop: others go on while a large body is digested. */
const TURN_BYTES = 4 * 1024 * 1024;

type Algorithm = 'md5' | 'sha1' | 'sha256';

export async function digest(algorithm: Algorithm, bytes: Buffer): Promise<Buffer> {
  if (bytes.length <= TURN_BYTES) return hash(algorithm, bytes, 'buffer');
  const running = createHash(algorithm);
  for await (const slice of inTurns(bytes)) running.update(slice);
  return running.digest();
}

export async function crc32(bytes: Buffer): Promise<Buffer> {
  let sum = 0;
  for await (const slice of inTurns(bytes)) sum = crc32Of(slice, sum);
  const digested = Buffer.alloc(4);
  digested.writeUInt32BE(sum);
  return digested;
}

async function* inTurns(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += TURN_BYTES) {
    if (start > 0) await setImmediate();
    yield bytes.subarray(start, start + TURN_BYTES);
  }
}
