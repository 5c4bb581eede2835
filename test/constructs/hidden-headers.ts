import { expect, test } from 'vitest';
import { plainSite } from './fixture.ts';

test('the policy hides nothing that the edge functions read on the way out, since it is applied before', async () => {
  const { template } = await plainSite();
  const functions = Object.entries(template.findResources('AWS::CloudFront::Function'));
  const responses = functions.filter(([id]) => /(?:Page|Live)Response/.test(id));
  expect(responses).toHaveLength(2);
  const code = responses.map(([, { Properties }]) => JSON.stringify(Properties.FunctionCode)).join('\n');
  expect(code).toContain('"x-isr-untyped');
  const policies = Object.entries(template.findResources('AWS::CloudFront::ResponseHeadersPolicy'));
  const [, policy] = policies.find(([id]) => id.startsWith('SiteEdgeResponseHeaders')) ?? [];
  const hidden: { Header: string }[] = policy?.Properties.ResponseHeadersPolicyConfig.RemoveHeadersConfig.Items;
  expect(hidden.map(({ Header }) => Header).filter((header) => code.includes(`"${header}`))).toEqual([]);
});
