import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { IsrError } from '../../basics/errors.ts';
import type { Template } from './template.ts';

/** One stack of a cloud assembly (`cdk.out`), with the assets that it names. */
export interface StackAssembly {
  readonly stackName: string;
  readonly template: Template;
  /** Folder or file of the asset that is published under this object key; `undefined` when there is none. */
  assetPath(objectKey: string): string | undefined;
}

interface Artifact {
  readonly type: string;
  readonly dependencies?: readonly string[];
  readonly properties?: { readonly templateFile?: string; readonly file?: string; readonly stackName?: string };
}

interface AssetsFile {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path?: string; readonly executable?: readonly string[] };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

/** Reads one stack of the assembly in `directory`; `stackName` may be left out when there is only one. */
export async function loadAssembly(directory: string, stackName?: string): Promise<StackAssembly> {
  const manifest = await readAssemblyFile<{ artifacts?: Record<string, Artifact> }>(directory, 'manifest.json');
  const artifacts = manifest.artifacts ?? {};
  const { id, artifact } = chooseStack(artifacts, directory, stackName);
  const templateFile = artifact.properties?.templateFile;
  if (templateFile === undefined)
    throw unusable(`stack '${id}' in ${directory} names no template; synthesize it again`);
  const assets = await readAssets(directory, artifacts, artifact);
  return {
    stackName: artifact.properties?.stackName ?? id,
    template: await readAssemblyFile<Template>(directory, templateFile),
    assetPath: (objectKey) => assets.get(objectKey),
  };
}

function chooseStack(artifacts: Readonly<Record<string, Artifact>>, directory: string, stackName: string | undefined) {
  const stacks = Object.entries(artifacts)
    .filter(([, { type }]) => type === 'aws:cloudformation:stack')
    .map(([id, artifact]) => ({ id, artifact }));
  const names = stacks.map(({ id }) => `'${id}'`).join(', ');
  const matching = stacks.filter(
    ({ id, artifact }) => stackName === undefined || id === stackName || artifact.properties?.stackName === stackName,
  );
  const [stack, ...others] = matching;
  if (stacks.length === 0) throw unusable(`no stack in ${directory}; add a stack to the CDK app and synthesize again`);
  if (stack === undefined) throw unusable(`no stack '${stackName}' in ${directory}; it has ${names}`);
  if (others.length > 0) throw unusable(`several stacks in ${directory}: ${names}; name the one to run with --stack`);
  return stack;
}

async function readAssets(directory: string, artifacts: Readonly<Record<string, Artifact>>, stack: Artifact) {
  const paths = new Map<string, string>();
  for (const dependency of stack.dependencies ?? []) {
    const { type, properties } = artifacts[dependency] ?? {};
    if (type !== 'cdk:asset-manifest' || properties?.file === undefined) continue;
    const { files = {} } = await readAssemblyFile<AssetsFile>(directory, properties.file);
    for (const { source, destinations } of Object.values(files)) {
      if (source.path === undefined) continue;
      for (const { objectKey } of Object.values(destinations)) paths.set(objectKey, resolve(directory, source.path));
    }
  }
  return paths;
}

async function readAssemblyFile<Content>(directory: string, file: string): Promise<Content> {
  const path = join(directory, file);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unusable(
      `cannot read ${path}; synthesize the CDK app first (cdk synth) or name its output with --app`,
      cause,
    );
  });
  try {
    return JSON.parse(text) as Content;
  } catch (cause) {
    throw unusable(`${path} is not JSON; synthesize the CDK app again`, cause);
  }
}

function unusable(message: string, cause?: unknown): IsrError {
  return new IsrError('INVALID_CONFIGURATION', message, { cause });
}
