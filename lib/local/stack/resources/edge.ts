import {
  ignored,
  nested,
  type ResourceRequest,
  type ResourceType,
  type ResourceTypes,
  type ResourceValues,
} from '../../cloudformation/resource-type.ts';
import type { StackContext } from '../context.ts';
import { policyId } from '../physical-name.ts';

type PolicyTable = 'cachePolicies' | 'originRequestPolicies' | 'responseHeadersPolicies' | 'originAccessControls';

// What is inside is checked by the local CloudFront, which knows what it implements.
function policy(property: string, table: PolicyTable): ResourceType<StackContext> {
  return {
    properties: { [property]: 'emulated' },
    attributes: ['Id'],
    create: ({ generatedName, properties }, context) => {
      const id = policyId(generatedName);
      context[table].set(id, properties.raw(property) as never);
      return { ref: id, attributes: { Id: id } };
    },
  };
}

/** What a distribution refers to. */
export const edgeResources: ResourceTypes<StackContext> = {
  'AWS::CloudFront::CachePolicy': policy('CachePolicyConfig', 'cachePolicies'),
  'AWS::CloudFront::OriginRequestPolicy': policy('OriginRequestPolicyConfig', 'originRequestPolicies'),
  'AWS::CloudFront::ResponseHeadersPolicy': policy('ResponseHeadersPolicyConfig', 'responseHeadersPolicies'),
  'AWS::CloudFront::OriginAccessControl': policy('OriginAccessControlConfig', 'originAccessControls'),
  'AWS::CloudFront::Function': {
    properties: {
      AutoPublish: ignored('a function is live when it is created, and later by its propagation'),
      FunctionCode: 'emulated',
      FunctionConfig: nested({ Comment: ignored('a label'), Runtime: 'emulated' }),
      Name: ignored('a label'),
      Tags: ignored('a label'),
    },
    attributes: ['FunctionARN', 'FunctionMetadata.FunctionARN', 'Stage'],
    create: writeFunction,
    update: (request, context) => {
      const values = writeFunction(request, context);
      for (const distribution of context.distributions.values()) distribution.update();
      return values;
    },
  },
};

function writeFunction(
  { generatedName, properties }: ResourceRequest,
  { accountId, edgeFunctions }: StackContext,
): ResourceValues {
  const runtime = properties.object('FunctionConfig').string('Runtime');
  if (runtime !== 'cloudfront-js-2.0') throw new Error(`its runtime must be cloudfront-js-2.0, got '${runtime}'`);
  const arn = `arn:aws:cloudfront::${accountId}:function/${generatedName}`;
  edgeFunctions.set(arn, properties.string('FunctionCode'));
  return { ref: arn, attributes: { FunctionARN: arn, 'FunctionMetadata.FunctionARN': arn, Stage: 'LIVE' } };
}
