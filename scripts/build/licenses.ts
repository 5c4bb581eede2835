import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

interface Library {
  readonly name: string;
  readonly version: string;
  /** As SPDX names it: `MIT`. */
  readonly license: string;
  /** Absent where the author put no such file into the package. */
  readonly text: string | undefined;
}

/** The licences of all libraries whose code is in the bundles: they ask that their text goes along. */
export function licensesOf(root: string, metafiles: readonly Metafile[]): string {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []));
  const libraries = [...folders].sort().map((folder) => libraryIn(join(root, folder)));
  const byText = Map.groupBy(libraries, (library) => library.text ?? textOfLicense(library, libraries));
  const sections = [...byText].map(([text, users]) => `${users.map(titleOf).join('\n')}\n\n${text}`);
  return `${['The bundles of cdk-isr contain code of these libraries.', ...sections].join('\n\n---\n\n')}\n`;
}

function libraryIn(folder: string): Library {
  const description: Omit<Library, 'text'> = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e(\.\w+)?$/i.test(each));
  return { ...description, text: file === undefined ? undefined : readFileSync(join(folder, file), 'utf8').trim() };
}

/** Some packages of the AWS SDK lack the file that the others have, and a few libraries name their licence only. */
function textOfLicense({ name, license }: Library, libraries: readonly Library[]): string {
  const scope = name.split('/')[0];
  const other = libraries.find((each) => each.text && each.license === license && each.name.split('/')[0] === scope);
  return other?.text ?? `The package has no copy of its licence: https://spdx.org/licenses/${license}.html`;
}

function titleOf({ name, version, license }: Library): string {
  return `${name} ${version} (${license})`;
}
