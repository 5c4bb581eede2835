import type { ContentApi } from '../../examples/content-api/index.ts';
import type { LocalStack } from '../../lib/local/stack/index.ts';

export interface FirstRequests {
  readonly where: string;
  readonly responses: number;
  /** Each render of a post reads it from the content API once. */
  readonly renders: number;
}

const REQUESTS = 1000;

/** The same crowd twice: before the edge, which collapses them, and before serve itself in several sandboxes. */
export async function countFirstRequests(stack: LocalStack, contentApi: ContentApi): Promise<FirstRequests[]> {
  const [edgeSlug = '', originSlug = ''] = contentApi.slugs.slice(2);
  return [
    await crowd(
      contentApi,
      'at the edge',
      edgeSlug,
      async () => (await fetch(`${stack.siteUrl}/blog/${edgeSlug}`)).status,
    ),
    await crowd(contentApi, 'at the origin', originSlug, () => askServe(stack, `/blog/${originSlug}/index.html`)),
  ];
}

async function crowd(
  contentApi: ContentApi,
  where: string,
  slug: string,
  ask: () => Promise<number>,
): Promise<FirstRequests> {
  const before = contentApi.reads(slug);
  const statuses = await Promise.all(Array.from({ length: REQUESTS }, ask));
  return {
    where,
    responses: statuses.filter((status) => status === 200).length,
    renders: contentApi.reads(slug) - before,
  };
}

/** As CloudFront asks, signed: the function URL has IAM authorization. */
async function askServe(stack: LocalStack, key: string): Promise<number> {
  const deployment = stack.function('serve').environment.ISR_DEPLOYMENT_ID;
  const url = new URL(`/deployments/${deployment}${key}`, stack.functionUrl('serve'));
  const response = await fetch(url, { headers: { authorization: 'AWS4-HMAC-SHA256 Credential=local' } });
  await response.arrayBuffer();
  return response.status;
}
