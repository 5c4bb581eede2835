import type { ResponseHeadersPolicy } from '../configuration/response-headers-policy.ts';
import type { Fields } from '../message/fields.ts';

export function applyResponseHeadersPolicy(headers: Fields, policy: ResponseHeadersPolicy | undefined): Fields {
  if (policy === undefined) return headers;
  const applied = { ...headers };
  for (const name of policy.removed) delete applied[name];
  for (const { name, value, override } of policy.added) {
    if (override || applied[name] === undefined) applied[name] = value;
  }
  return applied;
}
