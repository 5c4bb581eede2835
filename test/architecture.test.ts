import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readRooms, readWalks } from './support/architecture-document.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What the sources of a room may import of ours, beside what is in the room itself. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  'lib/basics': [],
  'lib/vendor': [],
  'lib/core': ['lib/basics'],
  'lib/core/bucket': ['lib/basics'],
  'lib/core/page': ['lib/basics', 'lib/core/site.ts'],
  'lib/core/ledger': ['lib/basics', 'lib/core/page'],
  'lib/core/purge': ['lib/basics', 'lib/core/bucket', 'lib/core/page', 'lib/core/ports.ts', 'lib/core/revalidation.ts'],
  'lib/core/policy': ['lib/basics', 'lib/core/page', 'lib/core/ledger', 'lib/core/purge', 'lib/core/site.ts'],
  'lib/aws': ['lib/basics', 'lib/vendor', 'lib/core'],
  'lib/build': ['lib/basics', 'lib/vendor', 'lib/core'],
  'lib/webhooks': ['lib/basics', 'lib/core'],
  'lib/adapter': ['lib/basics', 'lib/core', 'lib/build'],
  'lib/images': ['lib/basics', 'lib/core'],
  'lib/constructs': ['lib/basics', 'lib/core', 'lib/build', 'lib/handover', 'lib/images', 'lib/webhooks'],
  'lib/local': ['lib/basics', 'lib/vendor'],
  ...localCloudFront(),
  ...localServices(),
  'lib/inspector': ['lib/basics', 'lib/core', 'lib/aws', 'lib/local'],
  'lib/cli': ['lib/basics', 'lib/vendor', 'lib/core', 'lib/aws', 'lib/build', 'lib/local', 'lib/inspector'],
  'lib/cli/terminal': ['lib/basics'],
  'lib/cli/site': ['lib/basics', 'lib/vendor', 'lib/core', 'lib/aws', 'lib/cli/terminal'],
  'lib/handover': ['lib/basics', 'lib/core', 'lib/images'],
  lambdas: ['lib/basics', 'lib/core', 'lib/aws', 'lib/handover', 'lib/images', 'lib/webhooks'],
};

/** A request goes through the rooms from the viewer down to the origin, and each knows those below it alone. */
function localCloudFront(): Record<string, readonly string[]> {
  const shared = [
    'lib/basics',
    'lib/vendor',
    'lib/local/clock.ts',
    'lib/local/events.ts',
    'lib/local/iam',
    'lib/local/listen-locally.ts',
    'lib/local/cloudfront/draw.ts',
    'lib/local/propagation.ts',
  ];
  const below: Readonly<Record<string, readonly string[]>> = {
    message: [],
    functions: ['message'],
    configuration: ['functions', 'message'],
    invalidation: [],
    origin: ['configuration', 'message'],
    cache: ['origin', 'invalidation', 'configuration', 'message'],
    viewer: ['cache', 'functions', 'configuration', 'message'],
    api: ['invalidation'],
  };
  const room = (name: string) => `lib/local/cloudfront/${name}`;
  return Object.fromEntries(
    Object.entries(below).map(([name, rooms]) => [room(name), [...shared, ...rooms.map(room)]]),
  );
}

/** The server knows no service. Below an action are what arrives and what is kept, which know nothing of requests. */
function localServices(): Record<string, readonly string[]> {
  const shared = ['lib/basics', 'lib/local/clock.ts', 'lib/local/aws-api', 'lib/local/iam'];
  const s3 = (...names: readonly string[]) => names.map((name) => `lib/local/s3/${name}`);
  const sqs = (...names: readonly string[]) => names.map((name) => `lib/local/sqs/${name}`);
  return {
    'lib/local/aws-api': [
      'lib/basics',
      'lib/local/clock.ts',
      'lib/local/events.ts',
      'lib/local/iam',
      'lib/local/listen-locally.ts',
    ],
    'lib/local/iam': [],
    'lib/local/s3': [...shared, 'lib/vendor'],
    'lib/local/s3/store': [...shared, 'lib/vendor', ...s3('metadata', 'errors.ts')],
    'lib/local/s3/content': [...shared, ...s3('metadata', 'store/stored-object.ts')],
    'lib/local/s3/metadata': [...shared, ...s3('store/stored-object.ts', 'xml.ts')],
    'lib/local/sqs': shared,
    'lib/local/sqs/queue': [...shared, ...sqs('errors.ts', 'input.ts', 'message-attributes.ts')],
  };
}

/** `lib/a/b.ts`: `lib` and `lib/a`. */
function foldersOf(file: string): string[] {
  const folder = dirname(file);
  return folder === '.' ? [] : [...foldersOf(folder), folder];
}

interface Import {
  readonly from: string;
  readonly to: string;
}

function importsOf(folder: string): Import[] {
  return globSync(`${folder}/**/*.{ts,mts,cts}`, { cwd: ROOT }).flatMap((file) => {
    const source = readFileSync(join(ROOT, file), 'utf8');
    return [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, specifier = '']) => ({
      from: file,
      to: relative(ROOT, join(ROOT, dirname(file), specifier)),
    }));
  });
}

const isIn = (file: string, place: string): boolean => file === place || file.startsWith(`${place}/`);

/** Imports that lead back to where they start, or from one such circle to another. */
function circlesAmong(imports: readonly Import[]): readonly Import[] {
  const importers = new Set(imports.map(({ from }) => from));
  const imported = new Set(imports.map(({ to }) => to));
  // What imports nothing, or is imported by nothing, is on no circle; and so on without it.
  const left = imports.filter(({ from, to }) => imported.has(from) && importers.has(to));
  return left.length === imports.length ? imports : circlesAmong(left);
}

test('no source imports what imports it, directly or through others, types included', () => {
  const imports = ['bin', 'lib', 'lambdas'].flatMap(importsOf);
  expect(imports.length).toBeGreaterThan(500);
  expect(circlesAmong(imports)).toEqual([]);
});

describe('the arrows between folders', () => {
  test.each(Object.entries(ARROWS))('%s imports nothing of ours but %j', (folder, allowed) => {
    const wrong = importsOf(folder).filter(({ to }) => ![folder, ...allowed].some((target) => isIn(to, target)));
    expect(wrong).toEqual([]);
  });

  test('a command imports no other command', () => {
    const commandOf = (file: string): string | undefined => /^lib\/cli\/commands\/([^/.]+)/.exec(file)?.[1];
    const imports = importsOf('lib/cli/commands');
    expect(new Set(imports.map(({ from }) => commandOf(from))).size).toBe(7);
    const wrong = imports.filter(({ from, to }) => ![undefined, commandOf(from)].includes(commandOf(to)));
    expect(wrong).toEqual([]);
  });

  test('nothing imports bin', () => {
    const wrong = [...importsOf('lib'), ...importsOf('lambdas'), ...importsOf('test')].filter(({ to }) =>
      isIn(to, 'bin'),
    );
    expect(wrong).toEqual([]);
  });
});

describe('docs/architecture.md', () => {
  test('has a line for each room, or names it in the line of the room above, and no room that is not there', () => {
    const rooms = readRooms();
    const folders = new Set(globSync('{lib,lambdas}/**/*.*', { cwd: ROOT }).flatMap((file) => foldersOf(file)));
    folders.delete('lib');
    folders.add('bin');
    expect(rooms.flatMap(({ folder, named }) => [folder, ...named]).toSorted()).toEqual([...folders].toSorted());
    expect(rooms.length).toBeLessThanOrEqual(40);
    expect(rooms.filter(({ sentence }) => sentence === '')).toEqual([]);
  });

  test.each(readWalks())('walks through files that are there, each once: $name', ({ processes }) => {
    const files = processes.flat();
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    expect(files).toEqual([...new Set(files)]);
  });

  test.each(readWalks())(
    'comes to each file from one before it, unless a process begins there: $name',
    ({ processes }) => {
      const imports = ['bin', 'lib', 'lambdas'].flatMap(importsOf);
      const strayed = processes.flatMap(([, ...steps], process) =>
        steps.filter((file, step) => {
          const before = [...processes.slice(0, process), processes[process]?.slice(0, step + 1) ?? []].flat();
          return !imports.some(({ from, to }) => to === file && before.includes(from));
        }),
      );
      expect(strayed).toEqual([]);
    },
  );

  test('walks with a request, a webhook, a synth and a command', () => {
    expect(readWalks().map(({ name }) => name)).toEqual([
      'An expired GET',
      'A webhook to the purge',
      'A synth',
      '`isr status`',
    ]);
  });
});

describe('core is pure', () => {
  const sources = globSync('lib/{basics,core}/**/*.ts', { cwd: ROOT }).map((file) => ({
    file,
    text: readFileSync(join(ROOT, file), 'utf8'),
  }));

  test('it knows no AWS, no files and no environment', () => {
    const wrong = sources.filter(({ text }) =>
      /from '(@aws|aws|node:(fs|http|https|net|child_process))|process\.env/.test(text),
    );
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });

  test('it asks no clock but the one that it is given', () => {
    const clocks =
      /Date\.now\(|new Date\(\)|Math\.random\(|performance\.|set(Timeout|Interval|Immediate)\(|AbortSignal\.timeout/;
    const wrong = sources.filter(({ text }) => clocks.test(text));
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });
});

describe('the emulator is a guest', () => {
  const sources = globSync('lib/local/**/*.ts', { cwd: ROOT });

  test('it knows templates and services of AWS, and no word of ours', () => {
    const ours = /(?<![A-Za-z])(?:isr|ISR)(?![a-z])|Isr(?![a-z])|[Ll]edger|[Pp]rerender/;
    const words = sources.flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      // The one class of errors that a user can act on, from lib/basics: what prints them knows them by it.
      const found = ours.exec(text.replaceAll('IsrError', ''));
      return found === null ? [] : { file, word: found[0] };
    });
    expect(sources.length).toBeGreaterThan(50);
    expect(words).toEqual([]);
  });
});

test('no source is longer than 300 lines', () => {
  const files = globSync(
    '{bin,lib,lambdas,scripts,test,examples/*/src,examples/content-api,examples/cms}/**/*.{ts,mts,mjs,astro}',
    {
      cwd: ROOT,
    },
  );
  const long = files.filter((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length > 301);
  expect(long).toEqual([]);
});

describe('the lock file', () => {
  interface Locked {
    readonly hasInstallScript?: boolean;
    readonly resolved?: string;
    readonly optionalDependencies?: Readonly<Record<string, string>>;
  }
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const packages = Object.entries(lock.packages);

  test('lets one install script run, the one that brings Node 24', () => {
    // npm before 11.16 does not read allowScripts, but runs only what the lock file says has a script.
    const running = packages.filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(running.map(([name]) => name)).toEqual(['node_modules/node']);
  });

  test('names no host to download from', () => {
    expect(packages.filter(([, { resolved }]) => resolved?.startsWith('http'))).toEqual([]);
  });

  test('is complete for every platform, not only the one that it was made on', () => {
    const optional = packages.flatMap(([, { optionalDependencies = {} }]) => Object.keys(optionalDependencies));
    const missing = optional.filter((name) => !packages.some(([path]) => path.endsWith(`node_modules/${name}`)));
    expect(missing).toEqual([]);
  });
});
