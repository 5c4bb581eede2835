import { type CreatedStack, createResources } from '../../../lib/local/cloudformation/create-resources.ts';
import type { ResourceType } from '../../../lib/local/cloudformation/resource-type.ts';
import { ignored, nested } from '../../../lib/local/cloudformation/resource-type.ts';
import type { Template } from '../../../lib/local/cloudformation/template.ts';

/** What was created, in order, with the properties as they were resolved. */
export type Created = { logicalId: string; value: unknown; path: string }[];

const thing: ResourceType<Created> = {
  properties: {
    Value: 'emulated',
    Description: ignored('it has no effect'),
    Options: nested({ Size: 'emulated' }),
  },
  attributes: ['Arn', 'Value'],
  create: ({ logicalId, constructPath, properties }, created) => {
    created.push({ logicalId, value: properties.raw('Value'), path: constructPath });
    const value = properties.raw('Value') ?? 'none';
    return { ref: `ref-of-${logicalId}`, attributes: { Arn: `arn:${logicalId}`, Value: value } };
  },
};

export const fakeTypes = { 'Fake::Thing': thing };

export interface FakeRun extends CreatedStack {
  readonly created: Created;
}

export async function createFake(
  template: Partial<Template>,
  parameters: Readonly<Record<string, string>> = {},
): Promise<FakeRun> {
  const created: Created = [];
  const whole: Template = { Resources: {}, ...template };
  const stack = await createResources(
    { stackName: 'Demo', template: whole, assetPath: () => undefined },
    {
      types: fakeTypes,
      context: created,
      region: 'eu-west-1',
      accountId: '111122223333',
      parameters,
      readSecret: (id) => (id === 'ref-of-Json' ? '{"user":"ann","code":7}' : `secret of ${id}`),
    },
  );
  return { ...stack, created };
}

/** What the output's value is, in a stack with the resources Alpha and Beta. */
export async function evaluate(
  value: unknown,
  template: Partial<Template> = {},
  parameters?: Record<string, string>,
): Promise<unknown> {
  const { created } = await createFake(
    {
      ...template,
      Resources: {
        Alpha: { Type: 'Fake::Thing', Properties: { Value: ['x', 'y'] } },
        Beta: { Type: 'Fake::Thing' },
        Probe: { Type: 'Fake::Thing', Properties: { Value: value as string } },
      },
    },
    parameters,
  );
  return created.find(({ logicalId }) => logicalId === 'Probe')?.value;
}
