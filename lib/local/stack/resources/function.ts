import { ignored, nested, type ResourceRequest, type ResourceTypes } from '../../cloudformation/resource-type.ts';
import type { StackContext } from '../context.ts';
import { physicalName } from '../physical-name.ts';
import { FUNCTION } from '../propagation.ts';
import { StackFunction } from '../stack-function.ts';

/** Lambdas of CDK's own custom resources: what they do is done here without them. */
const PROVIDERS = ['CustomCDKBucketDeployment', 'CustomS3AutoDeleteObjectsCustomResourceProvider'];

export const functionResources: ResourceTypes<StackContext> = {
  'AWS::Lambda::Function': {
    properties: {
      Architectures: ignored('the code runs on the processor of this machine'),
      Code: nested({ S3Bucket: 'emulated', S3Key: 'emulated' }),
      Description: ignored('a label'),
      Environment: nested({ Variables: 'emulated' }),
      EphemeralStorage: ignored("the machine's own temporary folder is used"),
      FunctionName: 'emulated',
      Handler: 'emulated',
      Layers: ignored("only CDK's own Lambdas have layers, and they never run here"),
      LoggingConfig: ignored('logs are shown by the inspector'),
      MemorySize: 'emulated',
      RecursiveLoop: ignored('loops are not looked for'),
      ReservedConcurrentExecutions: 'emulated',
      Role: 'emulated',
      Runtime: 'emulated',
      Tags: ignored('a label'),
      Timeout: 'emulated',
      TracingConfig: ignored('there is no X-Ray on this machine'),
    },
    attributes: ['Arn'],
    create: (request, context) => {
      const name = request.properties.optionalString('FunctionName') ?? physicalName(request.generatedName, 64);
      const arn = `arn:aws:lambda:${context.region}:${context.accountId}:function:${name}`;
      if (!PROVIDERS.some((provider) => request.logicalId.startsWith(provider)))
        startFunction(request, context, name, arn);
      return { ref: name, attributes: { Arn: arn } };
    },
    update: async (request, context, { ref, attributes = {} }) => {
      const running = context.functions.get(String(attributes.Arn));
      if (running === undefined) return { ref, attributes };
      const changes = codeOf(request, context);
      // CloudFormation waits for it, and only then updates what depends on the function.
      await context.propagation.done(FUNCTION, ref, () => running.update(changes));
      return { ref, attributes };
    },
  },
};

function startFunction(request: ResourceRequest, context: StackContext, name: string, arn: string): void {
  const { properties, constructPath } = request;
  const code = codeOf(request, context);
  const { clock, onEvent, onChange, endpoints, certificates } = context;
  const role = properties.string('Role');
  const created = new StackFunction({
    constructPath,
    name,
    arn,
    ...code,
    role,
    accessKeyId: context.access.accessKeyOf(role),
    // A site fetches itself by the https address that viewers have of it.
    platformEnvironment: { ...endpoints, NODE_EXTRA_CA_CERTS: certificates.file },
    ownNames: () => context.siteNames,
    reservedConcurrency: properties.optionalNumber('ReservedConcurrentExecutions'),
    clock,
    onEvent,
    onChange,
  });
  context.functions.set(arn, created);
  context.onStop(() => created.stop());
}

function codeOf({ properties }: ResourceRequest, context: StackContext) {
  const runtime = properties.string('Runtime');
  if (!runtime.startsWith('nodejs')) throw new Error(`its runtime must be Node.js, got '${runtime}'`);
  const key = properties.object('Code').string('S3Key');
  const codeDirectory = context.assetPath(key);
  if (codeDirectory === undefined) throw new Error(`its code '${key}' is not in the assembly; synthesize again`);
  return {
    handler: properties.string('Handler'),
    codeDirectory,
    memoryMiB: properties.optionalNumber('MemorySize') ?? 128,
    timeoutMs: (properties.optionalNumber('Timeout') ?? 3) * 1000,
    environment: properties.optionalObject('Environment')?.stringMap('Variables') ?? {},
  };
}

/** Finds a function by what a template may call it: its ARN or its name. */
export function functionOf({ functions }: StackContext, reference: string): StackFunction {
  const found = functions.get(reference) ?? [...functions.values()].find(({ name }) => name === reference);
  if (found === undefined) throw new Error(`the function '${reference}' does not run on this machine`);
  return found;
}
