import { describe, expect, test } from 'vitest';
import { type AccessRequest, decide } from '../../../lib/local/iam/decide.ts';
import { type PolicyStatement, statementsOf } from '../../../lib/local/iam/policy.ts';

const ROLE = 'arn:aws:iam::000000000000:role/serve';
const DISTRIBUTION = 'arn:aws:cloudfront::000000000000:distribution/E1';

const readPages: PolicyStatement = {
  Effect: 'Allow',
  Action: ['s3:GetObject', 's3:Put*'],
  Resource: 'arn:aws:s3:::pages/deployments/*',
};
const letCloudFrontRead: PolicyStatement = {
  Effect: 'Allow',
  Principal: { Service: 'cloudfront.amazonaws.com' },
  Action: 's3:GetObject',
  Resource: ['arn:aws:s3:::pages/deployments/*', 'arn:aws:s3:::pages/assets/*'],
  Condition: { StringEquals: { 'AWS:SourceArn': DISTRIBUTION } },
};
const denyWithoutTls: PolicyStatement = {
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 's3:*',
  Resource: 'arn:aws:s3:::pages/*',
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};

function mayRole(action: string, key: string, identity: PolicyStatement[], resource: PolicyStatement[] = []): boolean {
  const request: AccessRequest = {
    principal: { kind: 'role', arn: ROLE },
    action,
    resource: `arn:aws:s3:::pages/${key}`,
    context: { 'aws:securetransport': 'true' },
  };
  return decide(request, { identity, resource }).isAllowed;
}

function mayCloudFront(key: string, resource: PolicyStatement[], context: AccessRequest['context'] = {}): boolean {
  const request: AccessRequest = {
    principal: { kind: 'service', name: 'cloudfront.amazonaws.com' },
    action: 's3:GetObject',
    resource: `arn:aws:s3:::pages/${key}`,
    context: { 'aws:sourcearn': DISTRIBUTION, 'aws:securetransport': 'true', ...context },
  };
  return decide(request, { identity: [], resource }).isAllowed;
}

describe('a role', () => {
  test.each([
    ['s3:GetObject', 'deployments/1/index.html', true],
    ['s3:PutObjectTagging', 'deployments/1/index.html', true],
    ['S3:getobject', 'deployments/1/index.html', true],
    ['s3:DeleteObject', 'deployments/1/index.html', false],
    ['s3:GetObject', '_isr/ledger.json', false],
    ['s3:GetObject', 'deployments', false],
  ])('may do what its policy names: %s of %s? %s', (action, key, expected) => {
    expect(mayRole(action, key, [readPages])).toBe(expected);
  });

  test('may nothing without a policy', () => {
    expect(mayRole('s3:GetObject', 'deployments/1/index.html', [])).toBe(false);
  });

  test('may what the policy of the bucket lets it, by its ARN or its account', () => {
    for (const AWS of [ROLE, '000000000000', 'arn:aws:iam::000000000000:root']) {
      const policy: PolicyStatement = { ...readPages, Principal: { AWS } };
      expect(mayRole('s3:GetObject', 'deployments/a', [], [policy])).toBe(true);
    }
    const other: PolicyStatement = { ...readPages, Principal: { AWS: `${ROLE}-other` } };
    expect(mayRole('s3:GetObject', 'deployments/a', [], [other])).toBe(false);
  });

  test('may not do what either policy denies, whatever else allows it', () => {
    const deny: PolicyStatement = { Effect: 'Deny', Action: 's3:Get*', Resource: '*' };
    expect(mayRole('s3:GetObject', 'deployments/a', [readPages, deny])).toBe(false);
    expect(mayRole('s3:GetObject', 'deployments/a', [readPages], [{ ...deny, Principal: '*' }])).toBe(false);
  });

  test('is told by what it was refused', () => {
    const request: AccessRequest = {
      principal: { kind: 'role', arn: ROLE },
      action: 'sqs:SendMessage',
      resource: 'arn:q',
    };
    const { isAllowed, reason } = decide(request, { identity: [], resource: [] });
    expect([isAllowed, reason]).toEqual([false, 'because no identity-based policy allows the sqs:SendMessage action']);
  });

  test('is answered with the statements that let it, so that those which nobody needs are known', () => {
    const request: AccessRequest = {
      principal: { kind: 'role', arn: ROLE },
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::pages/deployments/a',
    };
    const unused: PolicyStatement = { Effect: 'Allow', Action: 's3:DeleteObject', Resource: '*' };
    expect(decide(request, { identity: [unused, readPages], resource: [] }).by).toEqual([readPages]);
  });

  test('may all but what NotAction and NotResource name', () => {
    const allBut: PolicyStatement = { Effect: 'Allow', NotAction: 's3:Delete*', NotResource: '*/_isr/*' };
    expect(mayRole('s3:GetObject', 'deployments/a', [allBut])).toBe(true);
    expect(mayRole('s3:DeleteObject', 'deployments/a', [allBut])).toBe(false);
    expect(mayRole('s3:GetObject', '_isr/a', [allBut])).toBe(false);
  });
});

describe('CloudFront', () => {
  test.each([
    ['deployments/1/index.html', true],
    ['assets/_astro/a.css', true],
    ['_isr/ledger.json', false],
    ['deployments', false],
  ])('with a policy for deployments and assets may read %s? %s', (key, expected) => {
    expect(mayCloudFront(key, [letCloudFrontRead, denyWithoutTls])).toBe(expected);
  });

  test('may read nothing of a bucket without a policy', () => {
    expect(mayCloudFront('deployments/1/index.html', [])).toBe(false);
  });

  test('may not read for another distribution, nor without TLS', () => {
    const policy = [letCloudFrontRead, denyWithoutTls];
    expect(mayCloudFront('assets/a.css', policy, { 'aws:sourcearn': `${DISTRIBUTION}2` })).toBe(false);
    expect(mayCloudFront('assets/a.css', policy, { 'aws:securetransport': 'false' })).toBe(false);
  });

  test('is no role that may read', () => {
    expect(mayCloudFront('assets/a.css', [{ ...letCloudFrontRead, Principal: { AWS: ROLE } }])).toBe(false);
  });
});

describe('conditions', () => {
  const when = (Condition: PolicyStatement['Condition']): PolicyStatement => ({ ...readPages, Condition });
  const tls = 'aws:SecureTransport';

  test.each<[string, PolicyStatement['Condition'], boolean]>([
    ['a key that is not there', { StringEquals: { 'aws:PrincipalTag/team': 'a' } }, false],
    ['a key that need not be there', { StringEqualsIfExists: { 'aws:PrincipalTag/team': 'a' } }, true],
    ['a key that must not have a value, and is not there', { StringNotEquals: { 'aws:PrincipalTag/team': 'a' } }, true],
    ['one of several values', { StringEquals: { [tls]: ['false', 'true'] } }, true],
    ['none of several values', { StringNotEquals: { [tls]: ['false', 'true'] } }, false],
    ['a wildcard', { StringLike: { [tls]: 't?u*' } }, true],
    ['a wildcard where none is read', { StringEquals: { [tls]: 't*' } }, false],
    ['a boolean in other letters', { Bool: { [tls]: 'True' } }, true],
    ['all of several keys', { Bool: { [tls]: 'true', 'aws:Other': 'true' } }, false],
  ])('%s', (_what, condition, expected) => {
    expect(mayRole('s3:GetObject', 'deployments/a', [when(condition)])).toBe(expected);
  });
});

describe('what is not emulated is an error, not a guess', () => {
  test.each([
    [
      { ...readPages, Condition: { NumericLessThan: { 's3:max-keys': '10' } } },
      "the condition 'NumericLessThan' in the policy",
    ],
    [{ ...readPages, NotPrincipal: '*' }, "'NotPrincipal' in the policy"],
  ])('%j', (statement, message) => {
    expect(() => statementsOf({ Statement: [statement] }, 'the policy')).toThrow(message);
  });

  test('one statement need not stand in a list', () => {
    expect(statementsOf({ Statement: readPages }, 'the policy')).toEqual([readPages]);
  });
});
