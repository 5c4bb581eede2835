import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SecretValue } from 'aws-cdk-lib';
import { beforeAll, describe, expect, test } from 'vitest';
import { FUNCTION_FILES } from '../../lib/build/included-files.ts';
import { bundles, type SynthesizedSite, synthesize, write, writeBuild } from './fixture.ts';

const RUNNERS = ['Serve', 'Render', 'Revalidate', 'Live', 'Warm'];

beforeAll(bundles);

function buildWith(...included: readonly string[]): string {
  const buildDirectory = writeBuild();
  for (const file of included) write(join(buildDirectory, 'files', file), file);
  return buildDirectory;
}

/** The code of the functions of the site, by their names: `Serve`. */
function foldersOf({ template, outdir }: SynthesizedSite): ReadonlyMap<string, string> {
  const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
  return new Map(
    functions.flatMap(([id, { Properties: properties }]) => {
      const name = /^SiteFunctions(\w+)[0-9A-F]{8}$/.exec(id)?.[1];
      const key: string = properties.Code.S3Key ?? '';
      return name === undefined ? [] : [[name, join(outdir, `asset.${key.replace('.zip', '')}`)]];
    }),
  );
}

describe('files that the server reads at run time', () => {
  let folders: ReadonlyMap<string, string>;
  beforeAll(() => {
    const webhooks = { contentful: { secret: SecretValue.secretsManager('cms') } };
    folders = foldersOf(synthesize({ webhooks, buildDirectory: buildWith('data/de/terms.md', '.rates') }));
  });

  test.each(RUNNERS)('are in the working directory of %s', (name) => {
    const folder = folders.get(name) ?? '';
    expect(readFileSync(join(folder, 'data/de/terms.md'), 'utf8')).toBe('data/de/terms.md');
    expect(readFileSync(join(folder, '.rates'), 'utf8')).toBe('.rates');
  });

  test('are not in functions that run nothing of the site', () => {
    expect([...folders.keys()].toSorted()).toEqual([...RUNNERS, 'Purge'].toSorted());
    expect(readdirSync(folders.get('Purge') ?? '')).toEqual(['index.mjs']);
  });

  test('have no name that the functions use, and every such name is known', () => {
    const names = new Set(RUNNERS.flatMap((name) => readdirSync(folders.get(name) ?? '')));
    expect([...names].toSorted()).toEqual([...FUNCTION_FILES, '.rates', 'data'].toSorted());
  });
});

test.each(['index.mjs', 'Site/terms.md', 'webhooks/contentful.mjs'])(
  'a build that would put %s over a file of the functions is refused',
  (file) => {
    const buildDirectory = buildWith(file, 'data/terms.md');
    expect(() => synthesize({ buildDirectory })).toThrow(
      `'${join(dirname(buildDirectory), '.isr/files')}' has files in the place of the functions' own: ${file}; build the site again`,
    );
  },
);
