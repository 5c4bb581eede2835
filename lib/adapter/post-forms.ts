/** A form that a browser posts without any script: to `target`, or to the page that it is on. */
export interface PostForm {
  /** A path of the site. Absent: the page's own. */
  readonly target?: string;
}

// Astro compiles a component to template literals, and frameworks compile JSX to calls.
const TAG = /<form\b/g;
const JSX_FORM = /\bjsxs?(?:DEV)?\(\s*["']form["']\s*,\s*\{([^}]*)/g;
const LONGEST_TAG = 4000;

/** The forms in the compiled code of a module. What is computed when the page is rendered is not known, and left out. */
export function postFormsIn(code: string): readonly PostForm[] {
  const tags = [...code.matchAll(TAG)].map(({ index }) => tagAt(code, index));
  const inTemplates = tags.filter(isPost).flatMap(formOfTag);
  const inJsx = [...code.matchAll(JSX_FORM)].filter(([, props = '']) => /\bactions\./.test(props)).map(() => ({}));
  return [...inTemplates, ...inJsx];
}

/** From `<form` to its `>`, but not to one inside of `${ }`. */
function tagAt(code: string, start: number): string {
  let depth = 0;
  const end = Math.min(code.length, start + LONGEST_TAG);
  for (let at = start; at < end; at++) {
    const character = code.charAt(at);
    if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    else if (character === '>' && depth === 0) return code.slice(start, at);
  }
  return code.slice(start, end);
}

function isPost(tag: string): boolean {
  return /\bmethod=\\?["']?post\b/i.test(tag) || /addAttribute\(\s*["'`]post["'`]\s*,\s*["']method["']/i.test(tag);
}

function formOfTag(tag: string): readonly PostForm[] {
  const [, written] = /\saction=\\?["']([^"'\\]*)/.exec(tag) ?? [];
  if (written !== undefined) return formTo(written);
  const [, computed] = /addAttribute\(((?:(?!addAttribute\().)*?),\s*["']action["']\s*\)/s.exec(tag) ?? [];
  if (computed === undefined) return [{}];
  const [, literal] = /^\s*["'`](\/[^"'`$]*)/.exec(computed) ?? [];
  if (literal !== undefined) return formTo(literal);
  return /\bactions\.|\bAstro2?\.url\b|\bAstro2?\.request\b/.test(computed) ? [{}] : [];
}

function formTo(action: string): readonly PostForm[] {
  if (action === '' || /^[?#]/.test(action)) return [{}];
  const isOfSite = action.startsWith('/') && !action.startsWith('//');
  return isOfSite ? [{ target: action.replace(/[?#].*$/s, '') }] : [];
}
