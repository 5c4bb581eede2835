import { isJsonObject, parseJson } from '../../lib/basics/json-object.ts';
import type { Bucket } from '../../lib/core/bucket/bucket.ts';
import { JSON_HEADERS } from '../../lib/core/bucket/json-objects.ts';
import type { Clock } from '../../lib/core/ports.ts';
import { type DeploymentNote, deploymentNoteKey } from '../../lib/handover/deployments.ts';

/**
 * Notes which deployment comes after which. Lambda calls a function that died again, with the same event: whatever the first
 * try died of, the second one must not, or CloudFormation would wait in vain. So it has to know that it is the second.
 */
export async function noteDeployment(
  deploymentId: string,
  { before, requestId }: { readonly before: string | undefined; readonly requestId: string },
  { bucket }: { readonly bucket: Bucket },
  { clock }: { readonly clock: Clock },
): Promise<'first' | 'again'> {
  const key = deploymentNoteKey(deploymentId);
  const object = await bucket.get(key);
  const noted = object === undefined ? undefined : parseJson(object.body.toString('utf8'));
  if (isJsonObject(noted) && noted.requestId === requestId) return 'again';
  const note: DeploymentNote = { readyAt: clock.now(), requestId, ...(before === undefined ? {} : { before }) };
  await bucket.put(key, JSON.stringify(note), { headers: JSON_HEADERS });
  return 'first';
}
