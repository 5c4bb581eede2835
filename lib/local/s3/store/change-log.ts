import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { claimDirectory } from './directory-claim.ts';
import type { FileBodies } from './file-bodies.ts';
import { KeptObject } from './kept-object.ts';
import { linesOf } from './lines.ts';
import type { ObjectFacts, StoredObject } from './stored-object.ts';

export type Change =
  | { readonly kind: 'create-bucket'; readonly bucket: string; readonly createdAt: number }
  | { readonly kind: 'delete-bucket'; readonly bucket: string }
  | { readonly kind: 'put'; readonly bucket: string; readonly file: string; readonly facts: ObjectFacts }
  | { readonly kind: 'delete'; readonly bucket: string; readonly key: string };

export interface RestoredBucket {
  readonly name: string;
  readonly createdAt: number;
  readonly objects: Iterable<StoredObject>;
}

interface ReadBucket {
  readonly createdAt: number;
  readonly puts: Map<string, Extract<Change, { readonly kind: 'put' }>>;
}

/** The first record of a run. */
const STARTED = '"started"';
/** The last one of a run that ended by itself. */
const STOPPED = '"stopped"';
/** Changes that are worth rewriting the log for, when they are more than what is left of them. */
const MANY = 10_000;

/**
 * What happened to the objects, one JSON record a line, in a file that only grows: a change is there as soon as its record
 * is. A process that dies while it writes leaves half a record, which is no JSON, and so no change; each record brings
 * the line end before it, so that the next one stands alone. The bytes of an object are on disk before its record.
 */
export class ChangeLog {
  readonly #file: number;
  readonly #release: () => void;

  /** @param release gives the directory free */
  constructor(path: string, release: () => void) {
    this.#release = release;
    this.#file = openSync(path, 'a');
    writeSync(this.#file, `\n${STARTED}`);
  }

  append(change: Change): void {
    writeSync(this.#file, `\n${JSON.stringify(change)}`);
  }

  close(): void {
    writeSync(this.#file, `\n${STOPPED}`);
    closeSync(this.#file);
    this.#release();
  }
}

/** The log of a directory, and what is left of the changes that it holds. */
export function openChangeLog(
  directory: string,
  bodies: FileBodies,
): { readonly log: ChangeLog; readonly restored: readonly RestoredBucket[] } {
  const release = claimDirectory(directory);
  const path = join(directory, 'changes.jsonl');
  const { buckets, changes, isStopped } = readChanges(path);
  // Only who died in the middle leaves files that no record names, and, with the whole machine, records without files.
  if (!isStopped) forgetLostObjects(buckets, bodies);
  const left = [...buckets.values()].reduce((sum, { puts }) => sum + puts.size + 1, 0);
  if (changes > 2 * left + MANY) rewrite(path, buckets);
  return { log: new ChangeLog(path, release), restored: restoredBuckets(buckets, bodies) };
}

function readChanges(path: string) {
  const buckets = new Map<string, ReadBucket>();
  let changes = 0;
  let isStopped = !existsSync(path);
  for (const line of linesOf(path)) {
    isStopped = line === STOPPED;
    const change = isStopped || line === STARTED ? undefined : parseChange(line);
    if (change === undefined) continue;
    changes += 1;
    apply(change, buckets);
  }
  return { buckets, changes, isStopped };
}

function parseChange(line: string): Change | undefined {
  try {
    return JSON.parse(line) as Change;
  } catch {
    return undefined;
  }
}

function apply(change: Change, buckets: Map<string, ReadBucket>): void {
  switch (change.kind) {
    case 'create-bucket':
      buckets.set(change.bucket, { createdAt: change.createdAt, puts: new Map() });
      break;
    case 'delete-bucket':
      buckets.delete(change.bucket);
      break;
    case 'put':
      buckets.get(change.bucket)?.puts.set(change.facts.key, change);
      break;
    case 'delete':
      buckets.get(change.bucket)?.puts.delete(change.key);
  }
}

function forgetLostObjects(buckets: ReadonlyMap<string, ReadBucket>, bodies: FileBodies): void {
  const sizes = new Map<string, number>();
  for (const { puts } of buckets.values()) for (const { file, facts } of puts.values()) sizes.set(file, facts.size);
  const whole = bodies.keepOnly(sizes);
  for (const { puts } of buckets.values()) {
    for (const { file, facts } of [...puts.values()]) if (!whole.has(file)) puts.delete(facts.key);
  }
}

function rewrite(path: string, buckets: ReadonlyMap<string, ReadBucket>): void {
  const next = `${path}.new`;
  rmSync(next, { force: true });
  const log = new RecordWriter(next);
  for (const [bucket, { createdAt, puts }] of buckets) {
    log.write({ kind: 'create-bucket', bucket, createdAt });
    for (const put of puts.values()) log.write(put);
  }
  log.close();
  renameSync(next, path);
}

class RecordWriter {
  readonly #file: number;
  #records: string[] = [];

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  write(change: Change): void {
    this.#records.push(`\n${JSON.stringify(change)}`);
    if (this.#records.length === MANY) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#records.join(''));
    this.#records = [];
  }
}

function restoredBuckets(buckets: ReadonlyMap<string, ReadBucket>, bodies: FileBodies): readonly RestoredBucket[] {
  return [...buckets].map(([name, { createdAt, puts }]) => {
    const objects = [...puts.values()].map(({ facts, file }) => new KeptObject(facts, bodies.find(file, facts.size)));
    return { name, createdAt, objects };
  });
}
