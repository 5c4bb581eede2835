/** A statement of a bucket policy, resolved. */
export interface PolicyStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface AccessRequest {
  readonly action: 's3:GetObject' | 's3:ListBucket';
  /** ARN of an object, or of the bucket for `s3:ListBucket`. */
  readonly resource: string;
  readonly distributionArn: string;
}

/** Whether the bucket's policy lets the distribution do it. Only statements about CloudFront are weighed. */
export function allowsDistribution(statements: readonly PolicyStatement[], request: AccessRequest): boolean {
  const applying = statements.filter((statement) => appliesTo(statement, request));
  return applying.some(({ Effect }) => Effect === 'Allow') && !applying.some(({ Effect }) => Effect === 'Deny');
}

function appliesTo(statement: PolicyStatement, { action, resource, distributionArn }: AccessRequest): boolean {
  return (
    namesCloudFront(statement) &&
    matchesAny(statement.Action, action) &&
    matchesAny(statement.Resource, resource) &&
    Object.entries(statement.Condition ?? {}).every(([operator, tests]) => holds(operator, tests, distributionArn))
  );
}

function namesCloudFront({ Principal }: PolicyStatement): boolean {
  if (Principal === '*') return true;
  return ['Service', 'AWS'].some((kind) =>
    [Principal?.[kind] ?? []].flat().some((name) => name === 'cloudfront.amazonaws.com' || name === '*'),
  );
}

const OPERATORS = ['ArnEquals', 'ArnLike', 'Bool', 'StringEquals', 'StringLike'];

function holds(operator: string, tests: Readonly<Record<string, unknown>>, distributionArn: string): boolean {
  if (!OPERATORS.includes(operator)) throw new Error(`the condition ${operator} of a bucket policy is not emulated`);
  return Object.entries(tests).every(([key, expected]) => {
    const patterns = [expected].flat().map(String);
    // CloudFront reads from S3 over TLS; that this machine does not must not change the answer.
    const actual = { 'aws:sourcearn': distributionArn, 'aws:securetransport': 'true' }[key.toLowerCase()];
    if (actual === undefined) return false;
    return patterns.some((pattern) =>
      operator.endsWith('Like') ? wildcard(pattern).test(actual) : pattern === actual,
    );
  });
}

function matchesAny(patterns: string | readonly string[] | undefined, value: string): boolean {
  return [patterns ?? []].flat().some((pattern) => wildcard(pattern).test(value));
}

function wildcard(pattern: string): RegExp {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
