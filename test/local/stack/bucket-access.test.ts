import { expect, test } from 'vitest';
import { allowsDistribution, type PolicyStatement } from '../../../lib/local/stack/bucket-access.ts';

const distributionArn = 'arn:aws:cloudfront::000000000000:distribution/E1';
const allow: PolicyStatement = {
  Effect: 'Allow',
  Principal: { Service: 'cloudfront.amazonaws.com' },
  Action: 's3:GetObject',
  Resource: ['arn:aws:s3:::pages/deployments/*', 'arn:aws:s3:::pages/assets/*'],
  Condition: { StringEquals: { 'AWS:SourceArn': distributionArn } },
};
const denyWithoutTls: PolicyStatement = {
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 's3:*',
  Resource: 'arn:aws:s3:::pages/*',
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};

const mayRead = (statements: readonly PolicyStatement[], key: string, arn = distributionArn) =>
  allowsDistribution(statements, {
    action: 's3:GetObject',
    resource: `arn:aws:s3:::pages/${key}`,
    distributionArn: arn,
  });

test.each([
  ['deployments/1/index.html', true],
  ['assets/_astro/a.css', true],
  ['_isr/ledger.json', false],
  ['deployments', false],
])('a policy for deployments and assets: may CloudFront read %s? %s', (key, expected) => {
  expect(mayRead([allow, denyWithoutTls], key)).toBe(expected);
});

test('a bucket without a policy is closed', () => {
  expect(mayRead([], 'deployments/1/index.html')).toBe(false);
});

test('another distribution may not read', () => {
  expect(mayRead([allow], 'assets/a.css', `${distributionArn}2`)).toBe(false);
});

test('a role that may read is not CloudFront', () => {
  expect(mayRead([{ ...allow, Principal: { AWS: 'arn:aws:iam::1:role/x' } }], 'assets/a.css')).toBe(false);
});

test('what is denied stays denied', () => {
  const deny: PolicyStatement = { Effect: 'Deny', Principal: '*', Action: 's3:Get*', Resource: '*' };
  expect(mayRead([allow, deny], 'assets/a.css')).toBe(false);
});

test('an operator that is not emulated is an error, not a guess', () => {
  const statement = { ...allow, Condition: { StringNotEquals: { 'AWS:SourceArn': 'x' } } };
  expect(() => mayRead([statement], 'assets/a.css')).toThrow('the condition StringNotEquals of a bucket policy');
});
