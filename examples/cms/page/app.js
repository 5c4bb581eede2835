import { describeDelivery, describeFailure, element } from './outcome.js';

const FIELDS = ['title', 'summary', 'body'];
const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' });
const byId = (id) => document.getElementById(id);
const form = byId('editor');

let posts = [];
let siteUrl = '';
/** The post in the form as the content API has it. */
let stored;
/** Slugs of posts that were saved and not published. */
const unpublished = new Set();

async function api(path, method = 'GET', body = {}) {
  const request = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(path, method === 'GET' ? {} : request);
  const received = await response.json();
  if (!response.ok) throw new Error(received.error ?? `${path} answered ${response.status}`);
  return received;
}

function changes() {
  const values = FIELDS.map((name) => [name, form.elements[name].value]);
  return Object.fromEntries(values.filter(([name, value]) => value !== stored[name]));
}

const isChanged = () => stored !== undefined && Object.keys(changes()).length > 0;

function showList() {
  const words = byId('filter').value.toLowerCase();
  const found = posts.filter(({ title, summary }) => `${title} ${summary}`.toLowerCase().includes(words));
  const items = found.map(({ slug, title, publishedAt }) => {
    const link = element('a', { href: `#/${slug}` }, title, element('time', {}, day.format(new Date(publishedAt))));
    if (slug === stored?.slug) link.setAttribute('aria-current', 'page');
    if (unpublished.has(slug)) link.append(element('span', { className: 'dot', title: 'saved, not published' }));
    return element('li', {}, link);
  });
  byId('posts').replaceChildren(...items);
  byId('none').hidden = found.length > 0;
}

function showState() {
  const saved = unpublished.has(stored.slug) ? 'saved, not published' : '';
  byId('state').textContent = isChanged() ? 'changed, not saved' : saved;
  byId('save').disabled = !isChanged();
}

function showOutcome(elements) {
  byId('outcome').hidden = elements.length === 0;
  byId('outcome').replaceChildren(...elements);
}

async function open(slug) {
  stored = slug === '' ? undefined : await api(`/posts/${encodeURIComponent(slug)}`);
  form.hidden = stored === undefined;
  byId('empty').hidden = stored !== undefined;
  document.body.classList.toggle('editing', stored !== undefined);
  showOutcome([]);
  if (stored !== undefined) {
    for (const name of FIELDS) form.elements[name].value = stored[name];
    byId('view').href = `${siteUrl}/blog/${stored.slug}`;
    showState();
    window.scrollTo(0, 0);
  }
  showList();
}

async function save() {
  if (!isChanged()) return;
  stored = await api(`/posts/${encodeURIComponent(stored.slug)}`, 'PUT', changes());
  posts = posts.map((post) => (post.slug === stored.slug ? { ...post, ...stored } : post));
  unpublished.add(stored.slug);
}

async function publish() {
  await save();
  const { slug } = stored;
  const delivery = await api(`/posts/${encodeURIComponent(slug)}/publish`, 'POST');
  if (delivery.status < 300) unpublished.delete(slug);
  return describeDelivery(delivery, siteUrl);
}

/** Runs an action of a button, with the buttons out of reach meanwhile. */
async function act(doing, action) {
  const { slug } = stored;
  form.inert = true;
  const begun = performance.now();
  const showDoing = () => {
    const seconds = Math.floor((performance.now() - begun) / 1000);
    byId('state').textContent = seconds === 0 ? `${doing} …` : `${doing} … ${seconds} s`;
  };
  showDoing();
  const counting = setInterval(showDoing, 1000);
  const outcome = await action().catch((error) => describeFailure(`That did not work: ${error.message}`));
  clearInterval(counting);
  form.inert = false;
  if (stored?.slug !== slug) return;
  showOutcome(outcome ?? []);
  showState();
  showList();
}

/** The post that the address names; a text that was not saved is asked about. */
async function follow() {
  const slug = decodeURIComponent(/^#\/(.+)/.exec(location.hash)?.[1] ?? '');
  if (slug === (stored?.slug ?? '')) return;
  if (isChanged() && !confirm('Leave this note without saving it?')) {
    history.replaceState(null, '', `#/${stored.slug}`);
    return;
  }
  await open(slug).catch((error) => {
    byId('empty').textContent = error.message;
  });
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  act('publishing', publish);
});
form.addEventListener('input', showState);
form.addEventListener('keydown', (event) => {
  if (event.key !== 's' || !(event.metaKey || event.ctrlKey)) return;
  event.preventDefault();
  form.requestSubmit();
});
byId('save').addEventListener('click', () => act('saving', save));
byId('filter').addEventListener('input', showList);
window.addEventListener('hashchange', follow);
window.addEventListener('beforeunload', (event) => {
  if (isChanged()) event.preventDefault();
});

try {
  const [site, list] = await Promise.all([api('/site'), api('/posts')]);
  siteUrl = site.siteUrl;
  posts = list;
  byId('site').href = siteUrl;
  showList();
  await follow();
} catch (error) {
  byId('empty').textContent = `The notes cannot be read: ${error.message}`;
}
