import { addToFeed, chip, element, nameFunctions, shortName, startFilters, timeOf } from './feed.js';

const REFRESH_MS = 2000;
const TONES = { prerendered: 'info', fresh: 'good', stale: 'warn', expired: 'warn', invalidated: 'bad' };

let offset = 0;
let isRefreshing = false;
let isRefreshWanted = false;

const byId = (id) => document.getElementById(id);

function ago(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  if (Math.abs(seconds) < 100) return `${seconds} s`;
  if (Math.abs(seconds) < 6000) return `${Math.round(seconds / 60)} min`;
  return Math.abs(seconds) < 360_000 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

function fill(id, rows, emptyText) {
  const body = byId(id);
  const columns = body.parentElement.querySelectorAll('th').length;
  if (rows.length === 0) {
    const cell = element('td', 'empty', emptyText);
    cell.colSpan = columns;
    rows = [[cell]];
  }
  body.replaceChildren(
    ...rows.map((cells) => {
      const row = element('tr');
      row.append(
        ...cells.map((content) => {
          if (content instanceof HTMLTableCellElement) return content;
          const cell = element('td');
          cell.append(content);
          return cell;
        }),
      );
      return row;
    }),
  );
}

function linkTo(siteUrl, path, title) {
  const link = element('a', '', path);
  link.href = siteUrl + path;
  link.target = '_blank';
  link.rel = 'noreferrer';
  link.title = title;
  return link;
}

function showPages({ pages, siteUrl, now }) {
  byId('page-count').textContent = String(pages.length);
  const rows = pages.map((page) => [
    linkTo(siteUrl, page.path, [`deployment ${page.deployment}`, `${page.bytes} bytes`, ...page.tags].join('\n')),
    chip(page.status === 200 ? page.state : `${page.state} ${page.status}`, TONES[page.state]),
    ago(now - page.renderedAt),
    page.expiresAt === null
      ? 'never'
      : page.expiresAt > now
        ? `in ${ago(page.expiresAt - now)}`
        : `${ago(now - page.expiresAt)} ago`,
  ]);
  fill('pages', rows, 'No page is stored yet.');
}

function showEdge({ edge }) {
  byId('edge-count').textContent = String(edge.length);
  const rows = edge.map((object) => {
    const name = element('span', '', object.uri.replace(/^\/deployments\/[^/]+/, ''));
    name.title = [object.uri, `${object.status}, ${object.bytes} bytes`, ...object.tags].join('\n');
    return [
      name,
      element('span', 'quiet', object.location),
      chip(object.state, TONES[object.state]),
      ago(object.ageSeconds * 1000),
      ago(object.ttlSeconds * 1000),
      String(object.hits),
    ];
  });
  fill('edge', rows, 'The edge holds nothing.');
}

function show(state) {
  offset = state.now - Date.now();
  nameFunctions(state.functions);
  document.title = `${state.stackName} · ISR inspector`;
  byId('site').href = state.siteUrl;
  byId('site').textContent = state.siteUrl;
  const revalidateUrl = Object.entries(state.outputs).find(([name]) => /revalidateurl/i.test(name))?.[1];
  byId('revalidate').textContent = revalidateUrl === undefined ? '' : `revalidate ${revalidateUrl}`;
  byId('offset').textContent = state.offsetMilliseconds > 0 ? `+${ago(state.offsetMilliseconds)}` : '';
  showPages(state);
  showEdge(state);
  const number = (value, tone) => element('span', value > 0 ? tone : 'quiet', String(value));
  fill(
    'queues',
    state.queues.map(({ name, waiting, inFlight }) => [
      shortName(name),
      number(waiting, 'warn'),
      number(inFlight, 'info'),
    ]),
    'None.',
  );
  fill(
    'functions',
    state.functions.map(({ id, running, coldStarts }) => [id, number(running, 'info'), String(coldStarts)]),
    'None.',
  );
}

async function refresh() {
  // One at a time. Whoever asks meanwhile gets one more refresh afterwards.
  if (isRefreshing) {
    isRefreshWanted = true;
    return;
  }
  isRefreshing = true;
  try {
    const response = await fetch('/state');
    if (response.ok) show(await response.json());
  } catch {
    // The event stream shows that the stack is gone.
  } finally {
    isRefreshing = false;
  }
  if (isRefreshWanted) {
    isRefreshWanted = false;
    setTimeout(refresh, 250);
  }
}

async function moveClock(milliseconds) {
  await fetch('/clock', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ milliseconds }),
  });
  await refresh();
}

function follow() {
  const events = new EventSource('/events');
  const connection = byId('connection');
  events.addEventListener('open', () => {
    byId('feed').replaceChildren();
    connection.className = 'dot live';
    connection.title = 'live';
  });
  events.addEventListener('error', () => {
    connection.className = 'dot';
    connection.title = 'the stack does not answer';
  });
  events.addEventListener('message', ({ data }) => {
    const event = JSON.parse(data);
    addToFeed(event);
    if (event.kind === 'request' || event.kind === 'invocation' || event.kind === 'invalidation') refresh();
  });
}

for (const button of document.querySelectorAll('[data-move]')) {
  button.addEventListener('click', () => moveClock(Number(button.dataset.move)));
}
setInterval(() => {
  byId('now').textContent = timeOf(Date.now() + offset);
}, 500);
setInterval(() => {
  if (!document.hidden) refresh();
}, REFRESH_MS);
startFilters();
await refresh();
follow();
