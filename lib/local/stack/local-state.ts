import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IsrError } from '../../basics/errors.ts';
import type { StackClock } from '../clock.ts';

/** 1 was that of stacks whose objects lay elsewhere. */
const VERSION = 2;

interface StateFile {
  readonly version: typeof VERSION;
  /** Secret values by logical id. */
  readonly secrets: Record<string, string>;
  /** What each custom resource was last created from, by logical id: CloudFormation leaves an unchanged one alone. */
  readonly applied: Record<string, string>;
  /** How far the clock was moved: what was stored then must not lie in the future at the next start. */
  clockOffset?: number;
}

/** What a stack keeps from one run to the next, beside the contents of its buckets. */
export class LocalState {
  readonly #path: string | undefined;
  readonly #state: StateFile;
  #saving: Promise<void> = Promise.resolve();

  private constructor(path: string | undefined, state: StateFile) {
    this.#path = path;
    this.#state = state;
  }

  /** Without a directory the state is forgotten at the end. */
  static async open(directory: string | undefined, options: { readonly fresh: boolean }): Promise<LocalState> {
    const empty: StateFile = { version: VERSION, secrets: {}, applied: {} };
    if (directory === undefined) return new LocalState(undefined, empty);
    if (options.fresh) await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    const path = join(directory, 'stack.json');
    return new LocalState(path, (await readState(path)) ?? empty);
  }

  async secret(logicalId: string, generate: () => string): Promise<string> {
    const known = this.#state.secrets[logicalId];
    if (known !== undefined) return known;
    const value = generate();
    this.#state.secrets[logicalId] = value;
    await this.#save();
    return value;
  }

  /** Runs `apply` unless it already ran for this fingerprint. */
  async applyOnce(logicalId: string, fingerprint: string, apply: () => Promise<void>): Promise<void> {
    if (this.#state.applied[logicalId] === fingerprint) return;
    await apply();
    this.#state.applied[logicalId] = fingerprint;
    await this.#save();
  }

  /** Moves the clock to where the last run left it, and remembers each move until the returned function is called. */
  keepClock(clock: StackClock): () => void {
    clock.advance(Math.max(0, (this.#state.clockOffset ?? 0) - clock.offset));
    return clock.onMove(() => {
      this.#state.clockOffset = clock.offset;
      // What cannot be written now is told by the next write that somebody waits for.
      this.#save().catch(() => {});
    });
  }

  /** Resolves when everything is on disk. */
  async close(): Promise<void> {
    await this.#saving;
  }

  #save(): Promise<void> {
    this.#saving = this.#saving.catch(() => {}).then(() => this.#write());
    return this.#saving;
  }

  async #write(): Promise<void> {
    if (this.#path === undefined) return;
    // Renamed into place: a run that is stopped in the middle leaves the old state.
    await writeFile(`${this.#path}.new`, JSON.stringify(this.#state, null, 2), { mode: 0o600 });
    await rename(`${this.#path}.new`, this.#path);
  }
}

async function readState(path: string): Promise<StateFile | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const state: Omit<StateFile, 'version'> & { readonly version: number } = JSON.parse(text);
  if (state.version === VERSION) return { ...state, version: VERSION };
  // Its buckets are empty now, so whatever was put there has to be put there again.
  if (state.version === 1) return { ...state, version: VERSION, applied: {} };
  const message = `${path} was written by another version (${state.version}); start with --fresh to forget the local state`;
  throw new IsrError('INVALID_CONFIGURATION', message);
}
