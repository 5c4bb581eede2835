import { coversAction, coversResource, listOf, type PolicyStatement, wildcard } from './policy.ts';

/** Who asks: a role of a function, by its ARN, or a service of AWS, such as `cloudfront.amazonaws.com`. */
export type Principal =
  | { readonly kind: 'role'; readonly arn: string }
  | { readonly kind: 'service'; readonly name: string };

export interface AccessRequest {
  readonly principal: Principal;
  /** `s3:GetObject` */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  /** Values of condition keys, by lower-case key: `aws:sourcearn`. */
  readonly context?: Readonly<Record<string, string>>;
}

export interface Policies {
  /** Of the role that asks; a service has none. */
  readonly identity: readonly PolicyStatement[];
  /** Of the bucket or queue that is asked for. */
  readonly resource: readonly PolicyStatement[];
}

export interface Decision {
  readonly isAllowed: boolean;
  /** The statements that allow it or, where one denies it, those that deny. */
  readonly by: readonly PolicyStatement[];
  /** Ready for a sentence such as AWS's own: `no identity-based policy allows the s3:GetObject action`. */
  readonly reason: string;
}

/**
 * Whether one account's policies let a principal of that account do something: a denial wins, and either kind of policy
 * may allow. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html
 */
export function decide(request: AccessRequest, policies: Policies): Decision {
  const applying = [
    ...policies.identity.filter((statement) => appliesTo(statement, request)),
    ...policies.resource.filter((statement) => names(statement, request.principal) && appliesTo(statement, request)),
  ];
  const denying = applying.filter(({ Effect }) => Effect === 'Deny');
  if (denying.length > 0) return { isAllowed: false, by: denying, reason: `with an explicit deny in a policy` };
  const isAllowed = applying.length > 0;
  const kind = request.principal.kind === 'role' ? 'identity-based' : 'resource-based';
  return { isAllowed, by: applying, reason: `because no ${kind} policy allows the ${request.action} action` };
}

function appliesTo(statement: PolicyStatement, request: AccessRequest): boolean {
  return (
    coversAction(statement, request.action) &&
    coversResource(statement, request.resource) &&
    Object.entries(statement.Condition ?? {}).every(([operator, tests]) => holds(operator, tests, request))
  );
}

function names({ Principal }: PolicyStatement, principal: Principal): boolean {
  if (Principal === '*') return true;
  if (listOf(Principal?.AWS).includes('*')) return true;
  if (principal.kind === 'service') return listOf(Principal?.Service).includes(principal.name);
  const account = principal.arn.split(':')[4] ?? '';
  // The account itself stands for all that its own policies allow.
  return [principal.arn, account, `arn:aws:iam::${account}:root`].some((name) => listOf(Principal?.AWS).includes(name));
}

type Tests = NonNullable<PolicyStatement['Condition']>[string];

function holds(operator: string, tests: Tests, { context = {} }: AccessRequest): boolean {
  const name = operator.replace(/IfExists$/, '');
  const isNegated = name.includes('Not');
  return Object.entries(tests).every(([key, expected]) => {
    const actual = context[key.toLowerCase()];
    // A key that the request does not have fails each test but the negated ones, unless `IfExists` lets it pass.
    if (actual === undefined) return isNegated || operator !== name;
    return listOf(expected).some((value) => matches(name, String(value), actual)) !== isNegated;
  });
}

function matches(operator: string, expected: string, actual: string): boolean {
  if (operator.endsWith('Like') || operator.startsWith('Arn')) return wildcard(expected).test(actual);
  const ignoresCase = operator === 'Bool' || operator.endsWith('IgnoreCase');
  return ignoresCase ? expected.toLowerCase() === actual.toLowerCase() : expected === actual;
}
