import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { IsrStack } from '../../lib/index.ts';
import { bundles, newApp, plainSite, synthesize, writeBuild } from './fixture.ts';

interface Resource {
  readonly Type: string;
  readonly DependsOn?: string | readonly string[];
}
type Resources = Readonly<Record<string, Resource>>;

beforeAll(bundles);

const templates: readonly (readonly [name: string, template: () => Promise<Template>])[] = [
  ['a plain site', async () => (await plainSite()).template],
  ['a site with an address of its own', async () => synthesize({ siteUrl: 'https://example.com' }).template],
  ['a stack of its own', async () => stackOfItsOwn()],
  ['a site without any file', async () => synthesize({}, { prerendered: [], files: [] }).template],
];

function stackOfItsOwn(): Template {
  return Template.fromStack(new IsrStack(newApp(), 'Stack', { buildDirectory: writeBuild() }));
}

describe.each(templates)('in the template of %s', (_name, template) => {
  let resources: Resources;
  beforeAll(async () => {
    resources = (await template()).toJSON().Resources as Resources;
  });

  test.each(['PageRequest', 'LiveRequest'])('%s names a deployment after its code and its files are there', (name) => {
    const release = idsOf(resources, 'AWS::CloudFront::Function').find((id) => id.includes(name));
    const before = neededBy(release ?? '', resources);
    const functions = idsOf(resources, 'AWS::Lambda::Function').filter((id) => id.startsWith('SiteFunctions'));
    expect(functions.map(nameOf).toSorted()).toEqual(['Live', 'Purge', 'Render', 'Revalidate', 'Serve', 'Warm']);
    expect(functions.filter((id) => !before.has(id))).toEqual([]);
    const uploads = idsOf(resources, 'Custom::CDKBucketDeployment').filter((id) => id.startsWith('SiteUploads'));
    expect(uploads.filter((id) => !before.has(id))).toEqual([]);
  });

  test('queues feed the new code before the edge names its deployment', () => {
    const release = idsOf(resources, 'AWS::CloudFront::Function').find((id) => id.includes('PageRequest'));
    const mappings = idsOf(resources, 'AWS::Lambda::EventSourceMapping');
    expect(mappings).toHaveLength(4);
    expect(mappings.filter((id) => !neededBy(release ?? '', resources).has(id))).toEqual([]);
  });

  test('a deployment is warmed after its files are there, and before anything that answers has its code', () => {
    const [warmUp = ''] = idsOf(resources, 'Custom::IsrWarmUp');
    const before = neededBy(warmUp, resources);
    const uploads = idsOf(resources, 'Custom::CDKBucketDeployment').filter((id) => id.startsWith('SiteUploads'));
    expect(uploads.filter((id) => !before.has(id))).toEqual([]);
    const functions = idsOf(resources, 'AWS::Lambda::Function').filter((id) => id.startsWith('SiteFunctions'));
    const names = (ids: readonly string[]) => ids.map(nameOf).toSorted();
    expect(names(functions.filter((id) => before.has(id)))).toEqual(['Warm']);
    const after = functions.filter((id) => neededBy(id, resources).has(warmUp));
    expect(names(after)).toEqual(['Live', 'Render', 'Revalidate', 'Serve']);
  });

  test('no resource waits for itself', () => {
    expect(Object.keys(resources).filter((id) => neededBy(id, resources).has(id))).toEqual([]);
  });

  test('what only the distribution knows is told the functions after it', () => {
    const files = idsOf(resources, 'Custom::CDKBucketDeployment').filter((id) => id.startsWith('SiteAddress'));
    expect(files).toHaveLength(1);
    const before = neededBy(files[0] ?? '', resources);
    expect(idsOf(resources, 'AWS::CloudFront::Distribution').filter((id) => !before.has(id))).toEqual([]);
  });
});

function idsOf(resources: Resources, type: string): string[] {
  return Object.keys(resources).filter((id) => resources[id]?.Type === type);
}

function nameOf(id: string): string {
  return id.replace(/^SiteFunctions(.*)[0-9A-F]{8}$/, '$1');
}

/** All that CloudFormation creates or updates before a resource, whoever says so. */
function neededBy(id: string, resources: Resources): Set<string> {
  const found = new Set<string>();
  const follow = (from: string): void => {
    for (const to of referencesIn(resources[from])) {
      if (!(to in resources) || found.has(to)) continue;
      found.add(to);
      follow(to);
    }
  };
  follow(id);
  return found;
}

/** Logical ids that a value names by `DependsOn`, `Ref`, `Fn::GetAtt` and `Fn::Sub`. */
function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === 'DependsOn' || name === 'Ref') return [inner].flat() as string[];
    if (name === 'Fn::GetAtt') return [String([inner].flat()[0]).split('.')[0] ?? ''];
    if (name !== 'Fn::Sub') return referencesIn(inner);
    const [text, variables = {}] = [inner].flat() as [string, object?];
    return [...[...text.matchAll(/\$\{([^.}!]+)/g)].map(([, id = '']) => id), ...referencesIn(variables)];
  });
}
