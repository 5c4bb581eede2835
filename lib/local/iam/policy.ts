/** A statement of a policy, resolved. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  /** In policies of a resource alone. */
  readonly Principal?: '*' | Readonly<Record<string, OneOrMore>>;
  readonly Action?: OneOrMore;
  readonly NotAction?: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly NotResource?: OneOrMore;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

export type OneOrMore = string | readonly string[];

const ELEMENTS = new Set(['Sid', 'Effect', 'Principal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition']);
const OPERATORS = new Set([
  'ArnEquals',
  'ArnLike',
  'Bool',
  'StringEquals',
  'StringEqualsIgnoreCase',
  'StringLike',
  'StringNotEquals',
  'StringNotLike',
]);

/**
 * The statements of a policy document. `place` names it in errors.
 *
 * @throws Error for what is not emulated: a guess could let in what AWS would keep out
 */
export function statementsOf(document: unknown, place: string): readonly PolicyStatement[] {
  const { Statement } = (document ?? {}) as { readonly Statement?: PolicyStatement | readonly PolicyStatement[] };
  const statements = [Statement ?? []].flat() as readonly PolicyStatement[];
  for (const statement of statements) checkStatement(statement, place);
  return statements;
}

function checkStatement(statement: PolicyStatement, place: string): void {
  const unknown = Object.keys(statement).filter((element) => !ELEMENTS.has(element));
  if (unknown.length > 0) throw new Error(`'${unknown.join("', '")}' in ${place} is not emulated; take it out`);
  const operators = Object.keys(statement.Condition ?? {}).map((operator) => operator.replace(/IfExists$/, ''));
  const strange = operators.filter((operator) => !OPERATORS.has(operator));
  if (strange.length === 0) return;
  throw new Error(
    `the condition '${strange.join("', '")}' in ${place} is not emulated; use one of ${[...OPERATORS].join(', ')}`,
  );
}

/** Patterns of actions do not tell upper from lower case. */
export function coversAction(statement: PolicyStatement, action: string): boolean {
  const covers = (pattern: string): boolean => wildcard(pattern, 'i').test(action);
  if (statement.NotAction !== undefined) return !listOf(statement.NotAction).some(covers);
  return listOf(statement.Action).some(covers);
}

export function coversResource(statement: PolicyStatement, resource: string): boolean {
  const covers = (pattern: string): boolean => wildcard(pattern).test(resource);
  if (statement.NotResource !== undefined) return !listOf(statement.NotResource).some(covers);
  return listOf(statement.Resource).some(covers);
}

export function listOf(values: OneOrMore | undefined): readonly string[] {
  return [values ?? []].flat() as readonly string[];
}

/** Each call of an API is compared with the same few patterns. */
const compiled = new Map<string, RegExp>();

/** `*` is any text, `?` any character. */
export function wildcard(pattern: string, flags = ''): RegExp {
  const name = `${flags} ${pattern}`;
  const known = compiled.get(name) ?? compileWildcard(pattern, flags);
  compiled.set(name, known);
  return known;
}

function compileWildcard(pattern: string, flags: string): RegExp {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, `s${flags}`);
}
