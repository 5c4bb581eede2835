import { ignored, type ResourceRequest, type ResourceTypes } from '../../cloudformation/resource-type.ts';
import { statementsOf } from '../../iam/policy.ts';
import type { StackContext } from '../context.ts';
import { physicalName } from '../physical-name.ts';
import { POLICY } from '../propagation.ts';

const LABEL = ignored('a label');
/** They let a function write its log or its traces, which no local service asks a permission for. */
const MANAGED_POLICIES = /service-role\/AWSLambda(Basic|VPCAccess)ExecutionRole$|\/AWSXRayDaemonWriteAccess$/;

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: unknown;
}

function attachPolicy({ generatedName, properties }: ResourceRequest, { access, propagation }: StackContext) {
  const ref = physicalName(generatedName, 64);
  const statements = statementsOf(properties.raw('PolicyDocument'), `the policy '${ref}'`);
  for (const role of properties.strings('Roles')) {
    propagation.later(POLICY, `${ref} ${role}`, () => access.attach(role, ref, statements));
  }
  return { ref };
}

/** Roles, and the policies that say what they may do. */
export const accessResources: ResourceTypes<StackContext> = {
  'AWS::IAM::Role': {
    properties: {
      AssumeRolePolicyDocument: ignored('only functions of the stack have roles here'),
      Description: LABEL,
      ManagedPolicyArns: 'emulated',
      MaxSessionDuration: LABEL,
      Policies: 'emulated',
      RoleName: LABEL,
      Tags: LABEL,
    },
    attributes: ['Arn'],
    create: ({ generatedName, properties }, { access, accountId }) => {
      const ref = physicalName(generatedName, 64);
      const arn = `arn:aws:iam::${accountId}:role/${ref}`;
      const strange = properties.strings('ManagedPolicyArns').filter((policy) => !MANAGED_POLICIES.test(policy));
      if (strange.length > 0) throw new Error(`the managed policy '${strange[0]}' is not known on this machine`);
      access.addRole(arn);
      const inline = (properties.raw('Policies') ?? []) as readonly InlinePolicy[];
      for (const { PolicyName, PolicyDocument } of inline) {
        access.attach(ref, `inline ${PolicyName}`, statementsOf(PolicyDocument, `a policy of the role '${ref}'`));
      }
      return { ref, attributes: { Arn: arn } };
    },
  },
  'AWS::IAM::Policy': {
    properties: { PolicyDocument: 'emulated', PolicyName: LABEL, Roles: 'emulated' },
    create: attachPolicy,
    update: attachPolicy,
  },
  'AWS::SQS::QueuePolicy': {
    properties: { PolicyDocument: 'emulated', Queues: 'emulated' },
    create: ({ generatedName, properties }, { access, queues }) => {
      const ref = physicalName(generatedName, 64);
      const statements = statementsOf(properties.raw('PolicyDocument'), `the policy '${ref}'`);
      for (const url of properties.strings('Queues')) {
        const queue = [...queues.values()].find((candidate) => candidate.url === url);
        if (queue === undefined) throw new Error(`'${url}' is no queue of the stack`);
        access.setResourcePolicy(queue.arn, statements);
      }
      return { ref };
    },
  },
};
