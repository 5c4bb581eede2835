import {
  ignored,
  type PropertyRules,
  type ResourceType,
  type ResourceTypes,
} from '../../cloudformation/resource-type.ts';
import type { StackContext } from '../context.ts';
import { physicalName } from '../physical-name.ts';

const NO_IAM = ignored('who may invoke a function is not checked on this machine');
const LABEL = ignored('a label');
const NO_CLOUDWATCH = ignored('logs and metrics are shown by the inspector');

function inert(properties: PropertyRules, arnPrefix?: string): ResourceType<StackContext> {
  return {
    properties,
    attributes: arnPrefix === undefined ? [] : ['Arn'],
    create: ({ generatedName }, { region, accountId }) => {
      const ref = physicalName(generatedName, 64);
      const [service, kind] = (arnPrefix ?? '').split(':');
      const Arn = `arn:aws:${service}:${service === 'iam' ? '' : region}:${accountId}:${kind}${ref}`;
      return { ref, attributes: arnPrefix === undefined ? {} : { Arn } };
    },
    update: (_request, _context, before) => before,
  };
}

/** Resources that have a name and an ARN for others to refer to, and do nothing on this machine. */
export const inertResources: ResourceTypes<StackContext> = {
  'AWS::Lambda::Permission': inert({
    Action: NO_IAM,
    FunctionName: NO_IAM,
    FunctionUrlAuthType: NO_IAM,
    InvokedViaFunctionUrl: NO_IAM,
    Principal: NO_IAM,
    SourceAccount: NO_IAM,
    SourceArn: NO_IAM,
  }),
  'AWS::Lambda::LayerVersion': inert({
    CompatibleArchitectures: LABEL,
    CompatibleRuntimes: LABEL,
    Content: ignored('only the uploads of CDK use a layer, and they are done without their Lambda'),
    Description: LABEL,
    LayerName: LABEL,
    LicenseInfo: LABEL,
  }),
  'AWS::Logs::LogGroup': inert(
    {
      DataProtectionPolicy: NO_CLOUDWATCH,
      KmsKeyId: NO_CLOUDWATCH,
      LogGroupClass: NO_CLOUDWATCH,
      LogGroupName: NO_CLOUDWATCH,
      RetentionInDays: NO_CLOUDWATCH,
      Tags: LABEL,
    },
    'logs:log-group:',
  ),
  'AWS::CloudWatch::Alarm': inert(
    Object.fromEntries(
      [
        'ActionsEnabled',
        'AlarmActions',
        'AlarmDescription',
        'AlarmName',
        'ComparisonOperator',
        'DatapointsToAlarm',
        'Dimensions',
        'EvaluateLowSampleCountPercentile',
        'EvaluationPeriods',
        'ExtendedStatistic',
        'InsufficientDataActions',
        'MetricName',
        'Metrics',
        'Namespace',
        'OKActions',
        'Period',
        'Statistic',
        'Tags',
        'Threshold',
        'TreatMissingData',
        'Unit',
      ].map((name) => [name, NO_CLOUDWATCH]),
    ),
    'cloudwatch:alarm:',
  ),
  'AWS::CDK::Metadata': inert({ Analytics: ignored('it tells AWS which constructs are used') }),
  'Custom::S3AutoDeleteObjects': inert({
    BucketName: ignored('a local stack is never deleted: --fresh forgets it'),
    ServiceToken: ignored('its Lambda never runs here'),
  }),
};
