import { Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { IsrSite } from '../../lib/constructs/isr-site.ts';
import { bundles, newApp, writeBuild } from './fixture.ts';

/** The kinds of CloudFront's that have a name which nobody else in the account may have, and the longest that each takes. */
const LONGEST: Readonly<Record<string, number>> = {
  'AWS::CloudFront::Function': 64,
  'AWS::CloudFront::OriginAccessControl': 64,
  'AWS::CloudFront::CachePolicy': 128,
  'AWS::CloudFront::OriginRequestPolicy': 128,
  'AWS::CloudFront::ResponseHeadersPolicy': 128,
};

/** `kind name` of each, as CloudFormation would see it in `region`. */
function edgeNames(props: StackProps, region = 'us-east-1'): string[] {
  const stack = new Stack(newApp(), 'Stack', props);
  new IsrSite(stack, 'Site', { buildDirectory: writeBuild() });
  return Object.keys(LONGEST).flatMap((type) =>
    Object.values(Template.fromStack(stack).findResources(type)).map(
      ({ Properties }) => `${type} ${resolved(nameIn(Properties), region)}`,
    ),
  );
}

/** Some have it as `Name`, others in their configuration. */
function nameIn(properties: Readonly<Record<string, unknown>>): unknown {
  if (properties.Name !== undefined) return properties.Name;
  const [configuration] = Object.values(properties);
  return (configuration as { readonly Name: unknown }).Name;
}

function resolved(name: unknown, region: string): string {
  if (typeof name === 'string') return name;
  const [separator, parts] = (name as { readonly 'Fn::Join': [string, unknown[]] })['Fn::Join'];
  return parts.map((part) => (typeof part === 'string' ? part : region)).join(separator);
}

beforeAll(bundles);

describe('two sites in one account have no name of CloudFront in common', () => {
  test('with the same construct path and another stack name', () => {
    const [one, two] = [edgeNames({ stackName: 'one' }), edgeNames({ stackName: 'two' })];
    expect(one.filter((name) => two.includes(name))).toEqual([]);
  });

  test('with one stack name in two regions, named at synth or at deploy time', () => {
    const names = [
      ...edgeNames({ env: { region: 'eu-west-1' } }),
      ...edgeNames({ env: { region: 'us-west-2' } }),
      ...edgeNames({}, 'ap-southeast-1'),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});

test('the names are not longer than CloudFront takes, whatever the stack is called', () => {
  const names = edgeNames({ stackName: `a${'-very-long'.repeat(12)}` }, 'ap-southeast-1');
  expect(names).toHaveLength(12);
  for (const [type = '', name = ''] of names.map((each) => each.split(' '))) {
    expect(name.length, name).toBeLessThanOrEqual(LONGEST[type] ?? 0);
    expect(name).toMatch(/^[A-Za-z0-9_-]+$/);
  }
});
