/** A guarantee broken on purpose: the simulation has to find it, or it is not good enough. */
export interface Mutation {
  /** Its number in docs/architecture.md. */
  readonly guarantee: number;
  readonly name: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

const inCore = (guarantee: number, name: string, file: string, find: string, replace: string): Mutation => ({
  guarantee,
  name,
  file: `lib/core/${file}`,
  find,
  replace,
});

export const MUTATIONS: readonly Mutation[] = [
  inCore(
    1,
    'a hit sends a job',
    'serve-page.ts',
    "  if (freshness.kind === 'fresh') {\n",
    "  if (freshness.kind === 'fresh') {\n    await requestRegeneration(page, ports);\n",
  ),
  inCore(
    2,
    'a job renders a page that is fresh',
    'regenerate-page.ts',
    "  if (freshness.kind === 'fresh') return { kind: 'still-fresh' };\n",
    "  if (freshness.kind === 'fresh') await ports.renderer.render(pageKey);\n",
  ),
  inCore(
    3,
    'no lease: each caller renders',
    'render-once.ts',
    '    const lease = await ports.leases.acquire(pageKey, hedge);\n',
    '    const lease = { release: async () => {}, open: async () => {} };\n',
  ),
  inCore(4, 'the ledger has no entry for tags', 'revalidation.ts', '    ...revalidation.tags.map(entryOfTag),\n', ''),
  inCore(4, 'tags are not purged', 'purge/purge-items.ts', '    ...revalidation.tags.map(edgeTagOf),\n', ''),
  {
    guarantee: 4,
    name: 'pages of another deployment are served without a look at the ledger',
    file: 'lambdas/serve/handler.ts',
    find: "freshness.kind !== 'invalidated' && ",
    replace: '',
  },
  inCore(
    4,
    'a lost ledger is not noticed',
    'ledger/ledger-summary.ts',
    '  return sequence === 0 || (id === known.ledgerId && sequence < known.ledgerSequence);\n',
    '  return id === known.ledgerId && sequence < 0;\n',
  ),
  inCore(
    4,
    'the note of a purge goes when it is only queued',
    'revalidate.ts',
    "purge === 'purged' ? done : []",
    "purge === 'nothing-to-purge' ? [] : done",
  ),
  inCore(
    4,
    'nothing is announced',
    'revalidate.ts',
    '    ports.announced.announce(purgeItemsOf(revalidation, options.deploymentId)),\n',
    "    Promise.resolve('nothing'),\n",
  ),
  {
    guarantee: 4,
    name: 'what a webhook revalidates is never revalidated once more',
    file: 'lambdas/revalidate/handler.ts',
    find: '      await invalidateLater(unsettled, settleSeconds);\n',
    replace: '',
  },
  inCore(
    4,
    'what a webhook revalidates is revalidated once more only if it seemed unchanged',
    'settle.ts',
    "outcome.pages[i]?.outcome !== 'prerendered'",
    "outcome.pages[i]?.outcome === 'unchanged'",
  ),
  {
    guarantee: 4,
    name: 'a webhook is remembered before its work is done',
    file: 'lib/webhooks/receive.ts',
    find: '  const { everywhere, ...response } = await ports.revalidate(revalidation, webhook);\n',
    replace:
      '  if (key !== undefined) await ports.deliveries.remember(key);\n  const { everywhere, ...response } = await ports.revalidate(revalidation, webhook);\n',
  },
  {
    guarantee: 9,
    name: 'a webhook of a wrong signature is done',
    file: 'lib/webhooks/receive.ts',
    find: '  if (why !== undefined) {\n',
    replace: '  if (why !== undefined && bytes < 0) {\n',
  },
  {
    guarantee: 4,
    name: 'S3 sends no tags',
    file: 'lib/aws/page-store.ts',
    find: '    [CACHE_TAG_HEADER]: tags,\n',
    replace: '',
  },
  inCore(
    4,
    'a rendered page is kept though it was revalidated meanwhile',
    'serve-page.ts',
    "  return keepAtEdge(served, 'page' in outcome ? outcome.page : undefined, 0, ports);\n",
    '  return served;\n',
  ),
  inCore(
    4,
    'a late hit is kept',
    'serve-page.ts',
    '    return keepAtEdge(hit, page.isPrerendered ? undefined : page, begun, ports);\n',
    '    return hit;\n',
  ),
  inCore(
    5,
    'a failed render is stored',
    'policy/storability.ts',
    '  if (!isStorableStatus(response.status))',
    '  if (response.status === 0)',
  ),
  inCore(
    6,
    'a cookie is no obstacle',
    'policy/storability.ts',
    '  if (cookies.length > 0) return',
    '  if (cookies.length < 0) return',
  ),
  {
    guarantee: 7,
    name: 'no marks: equal bytes have equal entity tags',
    file: 'lib/aws/page-body.ts',
    find: 'randomBytes(MARK_BYTES)',
    replace: 'randomBytes(MARK_BYTES).fill(0)',
  },
  inCore(
    7,
    'whoever ends last is stored',
    'store-page.ts',
    'if (current !== undefined && !mayReplace(current, known, rendered)) return',
    'if (current?.etag === rendered.bodyHash) return',
  ),
  {
    guarantee: 8,
    name: 'the edge does not restore status and headers',
    file: 'lambdas/edge/page-response.ts',
    find: '  restoreFacts(event.response);\n',
    replace: '',
  },
  {
    guarantee: 9,
    name: 'unknown tokens stay in the cache key',
    file: 'lambdas/edge/page-request.ts',
    find: "  delete request.headers['x-prerender-revalidate'];\n",
    replace: '',
  },
  {
    guarantee: 10,
    name: 'the edge names a deployment before its functions are there',
    file: 'test/simulation/workload.ts',
    find: 'after(updated + UPDATE_MS + random.between(0, 5000), () => distribution.release(code, random))',
    replace: 'after(random.between(0, 5000), () => distribution.release(code, random))',
  },
  {
    guarantee: 11,
    name: 'a revalidation of a tag looks at each page that has it',
    file: 'lib/core/revalidate.ts',
    find: '    ports.ledger.append(entriesOf(revalidation)),\n',
    replace: `    Promise.all(
      (revalidation.tags.length > 0 ? Array.from({ length: 60 }, (_, i) => i) : []).map((i) =>
        ports.pages.read(\`/topic/\${i}/index.html\` as PageKey),
      ),
    ).then(() => ports.ledger.append(entriesOf(revalidation))),
`,
  },
  inCore(
    12,
    'a 404 without a page is stored',
    'render-once.ts',
    "      if (isNotFound(page.status) && old === undefined) return { kind: 'not-found', page };\n",
    '',
  ),
];
