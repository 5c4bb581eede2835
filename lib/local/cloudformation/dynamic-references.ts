/** Answers the text of a secret, by its ARN or name. */
export type SecretReader = (id: string) => string;

// The id may be an ARN, which has colons itself.
const SECRET = /\{\{resolve:secretsmanager:(.+?)(?::SecretString(?::([^:}]*))?(?::[^:}]*)?(?::[^:}]*)?)?\}\}/g;

/** Replaces `{{resolve:secretsmanager:…}}` in every text of a resolved value. */
export function resolveDynamicReferences(value: unknown, readSecret: SecretReader): unknown {
  if (typeof value === 'string') {
    return value.replace(SECRET, (_, id: string, jsonKey = '') => secretField(readSecret(id), id, jsonKey));
  }
  if (Array.isArray(value)) return value.map((item) => resolveDynamicReferences(item, readSecret));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, resolveDynamicReferences(item, readSecret)]);
  return Object.fromEntries(entries);
}

function secretField(secret: string, id: string, jsonKey: string): string {
  if (jsonKey === '') return secret;
  const fields: Record<string, unknown> = JSON.parse(secret);
  if (!(jsonKey in fields))
    throw new Error(`the secret '${id}' has no key '${jsonKey}'; it has ${Object.keys(fields)}`);
  return String(fields[jsonKey]);
}
