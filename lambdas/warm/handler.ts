import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { readEnvironment } from '../../lib/basics/environment.ts';
import { reasonOf } from '../../lib/basics/errors.ts';
import { warmVariables } from '../../lib/handover/variables.ts';
import { openPages } from '../shared/pages.ts';
import type { SiteSandbox } from '../shared/sandbox.ts';
import { answerSuccess } from './answer.ts';
import { noteDeployment } from './deployment-note.ts';
import { createWarmer, type Summary } from './warmer.ts';

type Event = CloudFormationCustomResourceEvent;

/**
 * CloudFormation calls it while all functions and the edge still serve the deployment before. It renders into the new one,
 * and whatever happens it lets the deployment go on.
 */
export function createWarm(sandbox: SiteSandbox): (event: Event) => Promise<void> {
  const config = readEnvironment('the warm function', warmVariables, sandbox.environment);
  const pages = openPages(config, sandbox);
  const warmer = createWarmer(config, pages, sandbox);
  const warm = async (event: Event): Promise<Summary> => {
    const switching = switchTo(config.deploymentId, event);
    if (switching === undefined) return 'nothing to do';
    const { before } = switching;
    const attempt = await noteDeployment(config.deploymentId, { before, requestId: event.RequestId }, pages, sandbox);
    return attempt === 'first' ? warmer.warm(before) : warmer.handOver(before);
  };
  return async (event) => {
    const summary = await warm(event).catch((error: unknown) => {
      sandbox.log('error', `the deployment is switched without being warm: ${reasonOf(error)}`);
      return `not warmed: ${reasonOf(error)}`;
    });
    sandbox.log('info', summary);
    await answerSuccess(event, { Summary: summary.slice(0, MAX_SUMMARY_LENGTH) }, sandbox.clock);
  };
}

/** A whole answer may have 4 KB. */
const MAX_SUMMARY_LENGTH = 200;

/** `undefined`: another deployment is not to be served. `before`: which one is; absent when there is none yet. */
function switchTo(deploymentId: string, event: Event): { readonly before?: string } | undefined {
  if (event.RequestType === 'Delete' || event.ResourceProperties.DeploymentId !== deploymentId) return undefined;
  if (event.RequestType === 'Create') return {};
  const before: unknown = event.OldResourceProperties.DeploymentId;
  return typeof before !== 'string' || before === deploymentId ? undefined : { before };
}
