import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadAssembly } from '../../../lib/local/cloudformation/assembly.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'assembly-'));
  const stack = (id: string) => ({
    type: 'aws:cloudformation:stack',
    dependencies: [`${id}.assets`],
    properties: { templateFile: `${id}.template.json`, stackName: `Prod-${id}` },
  });
  const artifacts = {
    Blog: stack('Blog'),
    'Blog.assets': { type: 'cdk:asset-manifest', properties: { file: 'Blog.assets.json' } },
    Docs: { ...stack('Docs'), dependencies: [] },
  };
  const files = { abc: { source: { path: 'asset.abc' }, destinations: { here: { objectKey: 'abc.zip' } } } };
  const write = (name: string, content: unknown) => writeFile(join(directory, name), JSON.stringify(content));
  await write('manifest.json', { version: '55.0.0', artifacts });
  await write('Blog.assets.json', { files });
  await write('Blog.template.json', { Resources: { OfBlog: { Type: 'A' } } });
  await write('Docs.template.json', { Resources: {} });
});

afterAll(() => rm(directory, { recursive: true }));

describe('a cloud assembly', () => {
  test.each(['Blog', 'Prod-Blog'])("gives the stack '%s', by artifact or by stack name", async (name) => {
    const { stackName, template } = await loadAssembly(directory, name);
    expect(stackName).toBe('Prod-Blog');
    expect(Object.keys(template.Resources)).toEqual(['OfBlog']);
  });

  test('finds an asset by the key that it is published under', async () => {
    const { assetPath } = await loadAssembly(directory, 'Blog');
    expect(assetPath('abc.zip')).toBe(join(directory, 'asset.abc'));
    expect(assetPath('other.zip')).toBeUndefined();
  });

  test('with several stacks asks which one', async () => {
    await expect(loadAssembly(directory)).rejects.toThrow(
      `several stacks in ${directory}: 'Blog', 'Docs'; name the one to run with --stack`,
    );
  });

  test('without the stack says which ones there are', async () => {
    await expect(loadAssembly(directory, 'Shop')).rejects.toThrow(
      `no stack 'Shop' in ${directory}; it has 'Blog', 'Docs'`,
    );
  });

  test('that is not there says how to make it', async () => {
    await expect(loadAssembly(join(directory, 'nowhere'))).rejects.toThrow(
      /cannot read .*nowhere\/manifest.json; synthesize the CDK app first/,
    );
  });
});
