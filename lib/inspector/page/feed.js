// How each kind of event is shown in the feed.

const FILTERS = {
  request: 'requests',
  invocation: 'functions',
  job: 'jobs',
  invalidation: 'purges',
  'api-call': 'AWS calls',
  log: 'logs',
};
const NAMES = { invocation: 'function', invalidation: 'purge', 'api-call': 'AWS call' };
const LIMIT = 400;
// Calls that the inspector itself makes.
const OWN_CALLS = ['HeadObject', 'ListObjectsV2'];

const list = document.getElementById('feed');
const shown = new Set(['request', 'invocation', 'job', 'invalidation', 'log']);

export function element(tag, className, text) {
  const created = document.createElement(tag);
  if (className) created.className = className;
  if (text !== undefined) created.textContent = text;
  return created;
}

export function chip(text, tone) {
  return element('span', `chip ${tone}`, text);
}

export function timeOf(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString([], { hour12: false });
}

const EDGE_TONES = [
  [/^(Hit|RefreshHit)/, 'good'],
  [/^Error/, 'bad'],
  [/^Miss/, 'info'],
];
const ISR_TONES = {
  HIT: 'good',
  PRERENDERED: 'good',
  STALE: 'warn',
  REVALIDATED: 'info',
  MISS: 'info',
  BYPASS: 'quiet',
};

const DESCRIPTIONS = {
  request({ method, path, status, edge, headers, milliseconds }) {
    const isr = headers['x-isr-cache'];
    const tone = EDGE_TONES.find(([pattern]) => pattern.test(edge))?.[1] ?? 'quiet';
    const what = [`${method} ${path} `, element('span', status >= 400 ? 'bad' : 'quiet', `${status} `)];
    if (edge) what.push(chip(edge.replace(/ from cloudfront$/, ''), tone), ' ');
    // On a hit, this header is of an earlier request: the edge stores it with the response.
    if (isr && !/^Hit/.test(edge)) what.push(chip(isr, ISR_TONES[isr] ?? 'quiet'));
    return { what, end: duration(milliseconds) };
  },
  invocation({ functionName, coldStart, milliseconds, error }) {
    const what = [`${shortName(functionName)} `];
    if (coldStart) what.push(chip('cold start', 'warn'), ' ');
    if (error) what.push(chip(error, 'bad'));
    return { what, end: duration(milliseconds) };
  },
  job({ queueName, messages, failures }) {
    const what = [`${messages} ${messages === 1 ? 'message' : 'messages'} of ${shortName(queueName)} `];
    if (failures > 0) what.push(chip(`${failures} failed`, 'bad'));
    return { what, end: '' };
  },
  invalidation({ items, removed, location }) {
    return { what: [`${items.join('  ')}  `, element('span', 'quiet', location)], end: `${removed} removed` };
  },
  'api-call'({ service, action, resource, status }) {
    return { what: [`${service} ${action} ${resource}`], end: String(status) };
  },
  log({ functionName, line }) {
    return { what: [element('span', 'quiet', `${shortName(functionName)} `), ...logText(line)], end: '' };
  },
};

/** The line without Lambda's time, request id and level. Of a line of JSON: its message first. */
function logText(line) {
  const text = line.replace(/^\S+Z\t\S+\t\S+\t/, '').trim();
  try {
    const { level, message, ...details } = JSON.parse(text);
    if (typeof message !== 'string') return [text];
    const rest = Object.entries(details).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const tone = { warn: 'warn', error: 'bad' }[level] ?? '';
    return [element('span', tone, message), element('span', 'quiet', ` ${rest.join(' ')}`)];
  } catch {
    return [text];
  }
}

/** `Stack-SiteFunctionsServe512DB17D` is `Serve` where the page knows the function; `Stack-SiteQueuesJobs3330F10A` is `Jobs`. */
let namesByFunction = new Map();
export function nameFunctions(functions) {
  namesByFunction = new Map(functions.map(({ id, name }) => [name, id]));
}

export function shortName(name) {
  return namesByFunction.get(name) ?? name.replace(/^[^-]+-(SiteQueues)?/, '').replace(/[0-9A-F]{8}(\.fifo)?$/, '$1');
}

function duration(milliseconds) {
  return milliseconds >= 1000
    ? `${(milliseconds / 1000).toFixed(1)} s`
    : `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}

function isOwnCall({ action, resource }) {
  return (
    OWN_CALLS.includes(action) ||
    resource === '_isr/ledger.json' ||
    `${action} ${resource}`.startsWith('GetObject _isr/prerendered/')
  );
}

export function addToFeed(event) {
  const describe = DESCRIPTIONS[event.kind];
  if (describe === undefined) return;
  if (event.kind === 'api-call' && isOwnCall(event)) return;
  if (event.kind === 'log' && /^(START|END|REPORT|INIT_START) /.test(event.line)) return;
  const { what, end } = describe(event);
  const line = element('li');
  line.dataset.kind = event.kind;
  line.hidden = !shown.has(event.kind);
  const content = element('span', 'what');
  content.append(...what);
  line.append(
    element('span', '', timeOf(event.at)),
    element('span', 'quiet', NAMES[event.kind] ?? event.kind),
    content,
    element('span', 'end', end),
  );
  list.prepend(line);
  while (list.childElementCount > LIMIT) list.lastElementChild.remove();
  document.getElementById('nothing').hidden = true;
}

export function startFilters() {
  for (const [kind, label] of Object.entries(FILTERS)) {
    const button = element('button', '', label);
    button.type = 'button';
    button.ariaPressed = String(shown.has(kind));
    button.addEventListener('click', () => {
      if (!shown.delete(kind)) shown.add(kind);
      button.ariaPressed = String(shown.has(kind));
      for (const line of list.children) line.hidden = !shown.has(line.dataset.kind);
    });
    document.getElementById('filters').append(button);
  }
  document.getElementById('clear').addEventListener('click', () => list.replaceChildren());
}
