import type { ResourceTypes } from '../../cloudformation/resource-type.ts';
import type { StackContext } from '../context.ts';
import { accessResources } from './access.ts';
import { bucketResources } from './bucket.ts';
import { bucketDeploymentResources } from './bucket-deployment.ts';
import { customResources } from './custom-resource.ts';
import { distributionResources } from './distribution.ts';
import { edgeResources } from './edge.ts';
import { functionResources } from './function.ts';
import { functionTriggerResources } from './function-triggers.ts';
import { inertResources } from './inert.ts';
import { queueResources } from './queue.ts';
import { scheduleResources } from './schedule.ts';
import { secretResources } from './secret.ts';

/** Every CloudFormation type that runs on this machine. */
export const resourceTypes: ResourceTypes<StackContext> = {
  ...accessResources,
  ...bucketResources,
  ...bucketDeploymentResources,
  ...customResources,
  ...distributionResources,
  ...edgeResources,
  ...functionResources,
  ...functionTriggerResources,
  ...inertResources,
  ...queueResources,
  ...scheduleResources,
  ...secretResources,
};
