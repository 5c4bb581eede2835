import { ApiError } from '../../aws-api/api-error.ts';
import type { Input } from '../input.ts';

export interface BatchResponse {
  readonly Successful: readonly object[];
  readonly Failed: readonly object[];
}

const MAX_ENTRIES = 10;

/** Runs each entry by itself: one that is refused is reported, and does not keep the others. */
export function runBatch(entries: readonly Input[], run: (entry: Input) => object): BatchResponse {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const [index, Id] of idsOf(entries).entries()) {
    const entry = entries[index];
    try {
      if (entry !== undefined) Successful.push({ Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      Failed.push({ Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}

function idsOf(entries: readonly Input[]): readonly string[] {
  if (entries.length === 0)
    throw new ApiError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > MAX_ENTRIES) {
    const message = `Maximum number of entries per request are ${MAX_ENTRIES}. You have sent ${entries.length}.`;
    throw new ApiError('TooManyEntriesInBatchRequest', message);
  }
  const ids = entries.map((entry) => entry.text('Id'));
  const invalid = ids.find((id) => !/^[A-Za-z0-9_-]{1,80}$/.test(id));
  if (invalid !== undefined) {
    const rule = 'A batch entry id can only contain alphanumeric characters, hyphens and underscores.';
    throw new ApiError('InvalidBatchEntryId', `${rule} It can be at most 80 letters long, got '${invalid}'.`);
  }
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw new ApiError('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`);
  return ids;
}
