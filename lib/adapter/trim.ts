/** The part that is read here of a syntax node from Rolldown's `this.parse`. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly body?: readonly Node[];
  readonly declarations?: readonly { readonly init: Node | null }[];
}

interface TransformContext {
  parse(code: string): unknown;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Two modules of Astro 7.3's server do work when they are imported, which costs 88 KB and 15 ms of start time:
 * - core/csp/config.js builds zod schemas, although only a constant of it is needed. Marked as pure, they are dropped.
 * - core/logger/core.js builds an Intl.DateTimeFormat, which loads ICU. It is now built on first use.
 *
 * If Astro changes these files, the edits do nothing. Nothing depends on them.
 */
export function trimPlugin() {
  return {
    name: 'cdk-isr:trim',
    applyToEnvironment: (environment: { readonly name: string }) => environment.name === 'ssr',
    transform: {
      filter: { id: /astro\/dist\/core\/(csp\/config|logger\/core)\.js$/ },
      handler(this: TransformContext, code: string) {
        // Parsed as a program by Rolldown; its type differs between versions of Vite.
        const program = this.parse(code) as Node;
        return { code: applyEdits(code, editsOf(program, code)), map: null };
      },
    },
  };
}

function editsOf(program: Node, code: string): readonly Edit[] {
  return (program.body ?? [])
    .filter((statement) => statement.type === 'VariableDeclaration')
    .flatMap((statement) => statement.declarations ?? [])
    .flatMap(({ init }) => (init === null ? [] : editOf(init, code.slice(init.start, init.end))));
}

function editOf(init: Node, source: string): readonly Edit[] {
  const { start, end } = init;
  if (init.type === 'CallExpression' && source.startsWith('z.')) {
    return [{ start, end, text: `/* @__PURE__ */ (() => ${source})()` }];
  }
  if (init.type === 'NewExpression' && source.startsWith('new Intl.DateTimeFormat(')) {
    return [
      { start, end, text: `/* @__PURE__ */ ((it) => ({ format: (date) => (it ??= ${source}).format(date) }))()` },
    ];
  }
  return [];
}

function applyEdits(code: string, edits: readonly Edit[]): string {
  return edits.toReversed().reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), code);
}
