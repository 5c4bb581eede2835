// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of Fn::Sub
import { describe, expect, test } from 'vitest';
import { createFake } from './fake-types.ts';

const type = 'Fake::Thing';

describe('the order of creation', () => {
  test('follows what refers to what', async () => {
    const { created } = await createFake({
      Resources: {
        First: { Type: type, Properties: { Value: { 'Fn::Sub': '${Second.Arn}' } } },
        Second: { Type: type, DependsOn: ['Third'] },
        Third: { Type: type },
      },
    });
    expect(created.map(({ logicalId }) => logicalId)).toEqual(['Third', 'Second', 'First']);
    expect(created.at(-1)?.value).toBe('arn:Second');
  });

  test('a circle is refused with its path', async () => {
    const run = createFake({
      Resources: {
        A: { Type: type, Properties: { Value: { Ref: 'B' } } },
        B: { Type: type, Properties: { Value: { 'Fn::GetAtt': ['A', 'Arn'] } } },
      },
    });
    await expect(run).rejects.toThrow('circular dependency between resources: A -> B -> A');
  });
});

test("a resource knows its construct's path", async () => {
  const { created } = await createFake({
    Resources: {
      Serve12: { Type: type, Metadata: { 'aws:cdk:path': 'Demo/Site/Serve/Resource' } },
      Bare0A1B2C3D: { Type: type },
    },
  });
  expect(created.map(({ path }) => path)).toEqual(['Site/Serve', 'Bare']);
});

describe('what the local runtime does not know', () => {
  const faultsOf = async (Resources: Record<string, object>, rest: object = {}): Promise<string[]> => {
    const error = await createFake({ Resources: Resources as never, ...rest }).then(
      () => new Error('it ran'),
      (thrown: Error) => thrown,
    );
    return error.message.split('\n').slice(1);
  };

  test('every fault is told at once, and nothing is created', async () => {
    const faults = await faultsOf({
      Topic: { Type: 'AWS::SNS::Topic' },
      Odd: { Type: type, Properties: { Valeu: 1, Options: { Size: 1, Colour: 2 } } },
      Asks: { Type: type, Properties: { Value: { 'Fn::GetAtt': ['Odd', 'Name'] } } },
      Looks: { Type: type, Properties: { Value: { 'Fn::ImportValue': 'x' } } },
    });
    expect(faults).toEqual([
      expect.stringMatching(/^ {2}- Topic \(AWS::SNS::Topic\): this resource type is not emulated; .+/),
      expect.stringMatching(
        /^ {2}- Odd \(Fake::Thing\) Valeu: this property is not emulated; .*known here: Value, Desc/,
      ),
      expect.stringMatching(/^ {2}- Odd \(Fake::Thing\) Options.Colour: this property is not emulated; .+/),
      expect.stringMatching(/^ {2}- Asks \(Fake::Thing\): the attribute 'Name' of Odd \(Fake::Thing\) is not emulated/),
      expect.stringMatching(/^ {2}- Looks \(Fake::Thing\): Fn::ImportValue is not emulated/),
    ]);
  });

  test.each([
    [
      'a property inside a branch of Fn::If',
      { Type: type, Properties: { Options: { 'Fn::If': ['C', { Big: 1 }, {}] } } },
      'Options.Big',
    ],
    [
      'a property of an item of a list',
      { Type: type, Properties: { Options: [{ Size: 1 }, { Big: 1 }] } },
      'Options[1].Big',
    ],
    ['a policy of the resource', { Type: type, CreationPolicy: {} }, 'CreationPolicy'],
    ['a name that does not exist', { Type: type, Properties: { Value: { Ref: 'Nobody' } } }, "'Nobody'"],
    ['an SSM parameter', { Type: type, Properties: { Value: '{{resolve:ssm:/a}}' } }, '{{resolve:ssm'],
  ])('%s is a fault', async (_, resource, expected) => {
    const faults = await faultsOf({ R: resource });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(expected);
  });

  test('a section of the template is a fault', async () => {
    expect(await faultsOf({}, { Transform: 'AWS::Serverless-2016-10-31' })).toEqual([
      expect.stringContaining('section Transform: it is not emulated'),
    ]);
  });
});
