/** What a render asked to know of the viewer. A stored page is for everybody, so it got to know nothing. */
export interface ViewerReads {
  /** The route of the page, as it may stand in `isr.exclude`. */
  readonly route: string;
  /** What was asked for: `cookie cart`, `header user-agent`, `query sort`, `address`. */
  readonly names: readonly string[];
}

const MAX_NAMES = 6;
const MAX_NAME_LENGTH = 40;
const MAX_ROUTE_LENGTH = 120;

/** The same in the little room that there is beside a page. */
export function boundedReads({ route, names }: ViewerReads): ViewerReads {
  return {
    route: route.slice(0, MAX_ROUTE_LENGTH),
    names: names.slice(0, MAX_NAMES).map((name) => name.slice(0, MAX_NAME_LENGTH)),
  };
}

/** "read the cookie `cart`, which no stored page gets; list '/cart' in isr.exclude" */
export function sentenceOfReads({ route, names }: ViewerReads): string {
  const isQueryAlone = names.every((name) => name.startsWith('query '));
  const remedy = isQueryAlone
    ? `list the parameter in isr.allowQuery, or '${route}' in isr.exclude`
    : `list '${route}' in isr.exclude, and it is rendered for each viewer`;
  return `read ${names.map(wordingOf).join(', ')}, which no stored page gets; ${remedy}`;
}

/** What middleware asks for, whatever the page. */
export function sentenceOfMiddleware(names: readonly string[]): string {
  return `middleware read ${names.map(wordingOf).join(', ')}, which no stored page gets; pages that depend on it belong into isr.exclude`;
}

function wordingOf(name: string): string {
  const [, kind, rest] = /^(cookie|header|query) (.*)$/s.exec(name) ?? [];
  if (name === 'address') return "the viewer's address";
  if (kind === 'header' && rest === '*') return "the viewer's headers";
  if (kind === 'query' && rest === '*') return 'the query';
  const noun = { cookie: 'cookie', header: 'header', query: 'query parameter' }[kind ?? ''] ?? '';
  return `the ${noun} \`${rest}\``;
}
