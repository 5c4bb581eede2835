import { randomUUID } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Grant } from '../../lib/local/iam/access-control.ts';
import type { LocalStack } from '../../lib/local/stack/index.ts';

interface Noted {
  readonly granted: readonly Grant[];
  readonly used: readonly Grant[];
}

/** Keeps what the roles of a stack may do, and what they needed so far, for the end of the run. */
export async function noteGrants({ access }: LocalStack, scratchFolder: string): Promise<void> {
  const folder = join(scratchFolder, 'grants');
  await mkdir(folder, { recursive: true });
  const noted: Noted = { granted: access.grants, used: access.usedGrants };
  await writeFile(join(folder, `${randomUUID()}.json`), JSON.stringify(noted));
}

/** Permissions of the stacks that ran, which no call in the whole run has needed: `role: action on resource`. */
export function unusedGrants(scratchFolder: string): readonly string[] {
  const files = globSync(join(scratchFolder, 'grants/*.json'));
  const notes = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Noted);
  const lines = (pick: (noted: Noted) => readonly Grant[]) => new Set(notes.flatMap(pick).map(lineOf));
  const used = lines((noted) => noted.used);
  return [...lines((noted) => noted.granted)].filter((line) => !used.has(line)).sort();
}

function lineOf({ role, action, resource }: Grant): string {
  return `${role.split('/').at(-1)}: ${action} on ${resource}`;
}
