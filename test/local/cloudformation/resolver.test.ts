// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of Fn::Sub
import { describe, expect, test } from 'vitest';
import { createFake, evaluate } from './fake-types.ts';

describe('intrinsics', () => {
  test.each([
    ['Ref to a resource', { Ref: 'Alpha' }, 'ref-of-Alpha'],
    ['Ref to a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Alpha', 'Arn'] }, 'arn:Alpha'],
    ['GetAtt as a text', { 'Fn::GetAtt': 'Alpha.Arn' }, 'arn:Alpha'],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Beta' }]] }, 'a-ref-of-Beta'],
    ['Join of an attribute that is a list', { 'Fn::Join': ['+', { 'Fn::GetAtt': ['Alpha', 'Value'] }] }, 'x+y'],
    ['Split', { 'Fn::Split': ['/', 'http://a/b'] }, ['http:', '', 'a', 'b']],
    ['Select of a split', { 'Fn::Select': [2, { 'Fn::Split': ['/', 'http://a/b'] }] }, 'a'],
    ['Select with a text as index', { 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
    ['Sub', { 'Fn::Sub': '${Alpha}:${Beta.Arn}:${AWS::AccountId}' }, 'ref-of-Alpha:arn:Beta:111122223333'],
    ['Sub with variables', { 'Fn::Sub': ['${Mine}/${Alpha}', { Mine: { Ref: 'Beta' } }] }, 'ref-of-Beta/ref-of-Alpha'],
    ['Sub with a literal', { 'Fn::Sub': '${!Alpha}' }, '${Alpha}'],
    ['Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
    ['nothing of it inside data', { nested: [{ Ref: 'Alpha', other: 1 }] }, { nested: [{ Ref: 'Alpha', other: 1 }] }],
    ['NoValue in a list', ['a', { Ref: 'AWS::NoValue' }], ['a']],
    ['NoValue in an object', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
  ])('%s', async (_, value, expected) => {
    expect(await evaluate(value)).toEqual(expected);
  });

  test('FindInMap', async () => {
    const Mappings = { Sizes: { 'eu-west-1': { small: 's' } } };
    expect(await evaluate({ 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, { Mappings })).toBe('s');
  });

  test('an index that is out of range names the index and the list', async () => {
    await expect(evaluate({ 'Fn::Select': [5, ['a']] })).rejects.toThrow(
      'cannot create Probe (Fake::Thing) on this machine: Fn::Select asks for item 5 of 1: ["a"]',
    );
  });
});

describe('conditions', () => {
  const Conditions = {
    IsIreland: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
    IsNot: { 'Fn::Not': [{ Condition: 'IsIreland' }] },
    Both: { 'Fn::And': [{ Condition: 'IsIreland' }, { Condition: 'IsNot' }] },
    Either: { 'Fn::Or': [{ Condition: 'IsIreland' }, { Condition: 'IsNot' }] },
  };

  test.each([
    ['IsIreland', 'yes'],
    ['IsNot', 'no'],
    ['Both', 'no'],
    ['Either', 'yes'],
  ])('If %s is %s', async (condition, expected) => {
    expect(await evaluate({ 'Fn::If': [condition, 'yes', 'no'] }, { Conditions })).toBe(expected);
  });

  test('a resource whose condition does not hold is not created, nor an output', async () => {
    const { created, outputs } = await createFake({
      Conditions,
      Resources: {
        Gone: { Type: 'Fake::Thing', Condition: 'IsNot' },
        There: { Type: 'Fake::Thing', Condition: 'Either' },
      },
      Outputs: { Gone: { Value: { Ref: 'Gone' }, Condition: 'IsNot' }, There: { Value: { Ref: 'There' } } },
    });
    expect(created.map(({ logicalId }) => logicalId)).toEqual(['There']);
    expect(outputs).toEqual({ There: 'ref-of-There' });
  });
});

describe('dynamic references', () => {
  test.each([
    [
      '{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:s-Ab:SecretString:::}}',
      'secret of arn:aws:secretsmanager:eu-west-1:1:secret:s-Ab',
    ],
    ['<{{resolve:secretsmanager:plain}}>', '<secret of plain>'],
    ['{{resolve:secretsmanager:ref-of-Json:SecretString:user::}}', 'ann'],
    ['{{resolve:secretsmanager:ref-of-Json:SecretString:code}}', '7'],
  ])('%s', async (value, expected) => {
    expect(await evaluate(value)).toBe(expected);
  });
});

describe('parameters', () => {
  const Parameters = {
    Url: { Type: 'String', Default: 'http://127.0.0.1' },
    Size: { Type: 'Number', Default: 3, MinValue: 1, MaxValue: 5 },
    Names: { Type: 'CommaDelimitedList', Default: 'a, b' },
  };

  test('have their default, or the value given', async () => {
    expect(await evaluate({ Ref: 'Url' }, { Parameters })).toBe('http://127.0.0.1');
    expect(await evaluate({ Ref: 'Url' }, { Parameters }, { Url: 'http://x' })).toBe('http://x');
    expect(await evaluate({ Ref: 'Names' }, { Parameters })).toEqual(['a', 'b']);
  });

  test('that are missing, unknown or out of bounds are told all at once', async () => {
    const run = createFake({ Parameters: { ...Parameters, Token: { Type: 'String' } } }, { Size: '9', Colour: 'red' });
    await expect(run).rejects.toThrow(
      [
        "cannot run the stack 'Demo' on this machine:",
        '  - parameter Colour: the stack has no such parameter; its parameters are: Url, Size, Names, Token',
        "  - parameter Size: it must be a number from 1 to 5, got '9'; give another value with --parameter Size=value",
        '  - parameter Token: it has no value; give it one with --parameter Token=value',
      ].join('\n'),
    );
  });

  test("CDK's bootstrap version needs no value", async () => {
    const { created } = await createFake({
      Parameters: {
        BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/x/version' },
      },
    });
    expect(created).toEqual([]);
  });
});
