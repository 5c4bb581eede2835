import type { ContentApi } from '../../examples/content-api/index.ts';
import type { LocalStack } from '../../lib/local/stack/index.ts';

export interface FirstRequests {
  readonly where: string;
  readonly requests: number;
  /** With 200. */
  readonly responses: number;
  /** Each render of a post reads it from the content API once. */
  readonly renders: number;
}

const REQUESTS = 1000;

/** The same crowd twice: before the edge, which collapses them, and before serve itself in several sandboxes. */
export async function countFirstRequests(stack: LocalStack, contentApi: ContentApi): Promise<FirstRequests[]> {
  const [edgeSlug = '', originSlug = ''] = contentApi.slugs.slice(2);
  return [
    await crowd(contentApi, 'at the edge', edgeSlug, () => statusOf(new URL(`/blog/${edgeSlug}`, stack.siteUrl))),
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
    requests: REQUESTS,
    responses: statuses.filter((status) => status === 200).length,
    renders: contentApi.reads(slug) - before,
  };
}

/** As CloudFront asks, signed: the function URL has IAM authorization. */
function askServe(stack: LocalStack, key: string): Promise<number> {
  const deployment = stack.function('serve').environment.ISR_DEPLOYMENT_ID;
  const url = new URL(`/deployments/${deployment}${key}`, stack.functionUrl('serve'));
  return statusOf(url, { authorization: 'AWS4-HMAC-SHA256 Credential=local' });
}

async function statusOf(url: URL, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const response = await fetch(url, { headers });
  await response.arrayBuffer();
  return response.status;
}
