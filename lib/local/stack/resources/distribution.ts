import type { RequestListener } from 'node:http';
import { ignored, type ResourceTypes } from '../../cloudformation/resource-type.ts';
import type { DistributionConfig } from '../../cloudfront/configuration/cloudformation-shapes.ts';
import { LocalDistribution } from '../../cloudfront/distribution.ts';
import type { StackContext } from '../context.ts';
import { ANY_PORT, listenEitherWay } from '../listen.ts';
import { distributionId } from '../physical-name.ts';

export const distributionResources: ResourceTypes<StackContext> = {
  'AWS::CloudFront::Distribution': {
    // What is inside is checked by the local CloudFront, which knows what it implements.
    properties: { DistributionConfig: 'emulated', Tags: ignored('a label') },
    attributes: ['DomainName', 'Id'],
    create: async ({ logicalId, generatedName, properties }, context) => {
      const id = distributionId(generatedName);
      const isForViewers = logicalId === context.viewersDistribution;
      const port = isForViewers ? context.ports.distribution : undefined;
      let listener: RequestListener = (_, response) => response.writeHead(503).end();
      const config = properties.raw('DistributionConfig') as DistributionConfig;
      const names = (config.Aliases ?? []).map((name) => name.toLowerCase());
      const certificate = await context.certificates.for(id, names);
      const listening = await listenEitherWay(port ?? ANY_PORT, certificate, (request, response) =>
        listener(request, response),
      );
      context.onStop(() => listening.stop());
      for (const name of names) context.siteNames.set(name, listening.port);
      const domainName = `127.0.0.1:${listening.port}`;
      const distribution = createDistribution(id, domainName, config, context);
      listener = distribution.listener;
      context.distributions.set(id, distribution);
      context.distributionUrls.set(id, listening.url);
      context.onStop(() => distribution.stop());
      // Another distribution may have this one as an origin.
      context.origins.set(domainName, listening.url);
      if (isForViewers) context.sites.push({ url: listening.url, distribution });
      return { ref: id, attributes: { DomainName: domainName, Id: id } };
    },
    update: ({ properties }, { distributions }, { ref, attributes = {} }) => {
      distributions.get(ref)?.update(properties.raw('DistributionConfig') as DistributionConfig);
      return { ref, attributes };
    },
  },
};

function createDistribution(
  id: string,
  domainName: string,
  config: DistributionConfig,
  context: StackContext,
): LocalDistribution {
  return new LocalDistribution({
    id,
    domainName,
    config,
    cachePolicies: context.cachePolicies,
    originRequestPolicies: context.originRequestPolicies,
    responseHeadersPolicies: context.responseHeadersPolicies,
    originAccessControls: context.originAccessControls,
    functions: context.edgeFunctions,
    originUrl: (domain) => originUrl(context, domain),
    canRead: (originId, key) => canRead(context, { id, config, originId, key }),
    clock: context.clock,
    onEvent: context.onEvent,
    ...context.edge,
  });
}

function originUrl({ origins }: StackContext, domainName: string): URL {
  const url = origins.get(domainName);
  if (url !== undefined) return new URL(url);
  throw new Error(
    `the origin '${domainName}' is not of this stack; say with 'origins' of runStack where on this machine it lives`,
  );
}

interface ReadRequest {
  readonly id: string;
  readonly config: DistributionConfig;
  readonly originId: string;
  readonly key: string;
}

/** Asked at each read: the bucket's policy names the distribution, so it comes after it. */
function canRead(context: StackContext, { id, config: first, originId, key }: ReadRequest): boolean {
  const config = context.distributions.get(id)?.config ?? first;
  const bucket = config.Origins?.find(({ Id }) => Id === originId)?.DomainName.split('.s3.')[0] ?? '';
  const need = { action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key.replace(/^\//, '')}` };
  const distributionArn = `arn:aws:cloudfront::${context.accountId}:distribution/${id}`;
  return context.access.mayService('cloudfront.amazonaws.com', distributionArn, need);
}
