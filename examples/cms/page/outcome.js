// What the site answered to a webhook, in words and as a table.

const WORDS = {
  'not-found': 'not there',
  'not-stored': 'not stored',
  'nothing-to-purge': 'kept',
};
const GOOD = new Set(['rendered', 'unchanged', 'purged', 'nothing-to-purge']);

/** Elements for a delivery, as `POST …/publish` gives it. */
export function describeDelivery(delivery, siteUrl) {
  const { status, response, milliseconds } = delivery;
  const heading = element('h2', { className: status < 300 ? 'good' : 'bad' }, headline(delivery));
  const table = Array.isArray(response?.pages) ? [tableOf(response, siteUrl)] : [];
  const details = element(
    'details',
    {},
    element('summary', {}, `The signed message, and the response: ${status} after ${milliseconds} ms`),
    element('pre', {}, asSent(delivery)),
    element('pre', {}, typeof response === 'string' ? response : JSON.stringify(response, null, 2)),
  );
  return [heading, ...table, details];
}

/** Elements for something that did not come to a response. */
export function describeFailure(message) {
  return [element('h2', { className: 'bad' }, message)];
}

function headline({ status, response, milliseconds }) {
  const saved = `Saved ${seconds((response?.milliseconds ?? milliseconds) / 1000)}`;
  const { confirmed, seconds: waited, reason } = response?.everywhere ?? {};
  if (status < 300 && confirmed) return `${saved}, live everywhere ${seconds(waited)}`;
  if (status < 300 && reason !== undefined) {
    return `${saved}: the origin has it. Not confirmed everywhere after ${seconds(waited)}: ${reason}`;
  }
  if (status === 200) return `${saved}: the origin has it, the edge follows within seconds`;
  if (response?.ignored) return 'Saved, but the site has no rule for such a change';
  if (status === 202) return `${saved}: the origin has it, the purge of the edge is queued`;
  if (status === 502) return 'Saved, but a page could not be rendered: readers get the old one until it can';
  return `Saved, but the site did not take the message (${status}): ${response?.error ?? 'see its response'}`;
}

function seconds(number) {
  return `${number.toFixed(1)} s`;
}

function tableOf({ pages, tags = [] }, siteUrl) {
  const heads = ['Page or tag', 'Origin', 'Edge', ''].map((text) => element('th', {}, text));
  const rows = [
    ...pages.map(({ path, outcome, purge, reason, milliseconds }) =>
      row(link(siteUrl, path), chip(outcome), chip(purge), reason ?? `${milliseconds} ms`),
    ),
    ...tags.map(({ tag, outcome, milliseconds }) => row(tag, chip('noted'), chip(outcome), `${milliseconds} ms`)),
  ];
  return element('table', {}, element('thead', {}, element('tr', {}, ...heads)), element('tbody', {}, ...rows));
}

function row(...cells) {
  return element('tr', {}, ...cells.map((cell) => element('td', {}, cell)));
}

function chip(outcome) {
  const kind = GOOD.has(outcome) ? 'good' : outcome === 'failed' ? 'bad' : '';
  return element('span', { className: `chip ${kind}` }, WORDS[outcome] ?? outcome);
}

function link(siteUrl, path) {
  return element('a', { href: siteUrl + path, target: '_blank', rel: 'noreferrer' }, path);
}

function asSent({ url, headers, body }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`POST ${url}`, ...lines, '', body].join('\n');
}

export function element(name, properties, ...children) {
  const created = Object.assign(document.createElement(name), properties);
  created.append(...children);
  return created;
}
