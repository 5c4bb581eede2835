import { appEnvironment } from '../../scripts/build-steps.ts';

/** One run of a CDK app: for the build in `project`, into `assembly`. All are absolute paths. */
export interface Synthesis {
  readonly app: string;
  readonly project: string;
  readonly assembly: string;
}

/** All in one process: to load aws-cdk-lib takes longer than to synthesize. Each app does that at the end of the process. */
async function synthesizeAll(syntheses: readonly Synthesis[]): Promise<void> {
  for (const [run, { app, project, assembly }] of syntheses.entries()) {
    Object.assign(process.env, await appEnvironment(project, assembly));
    // The query makes it a module of its own, which runs again.
    await import(`${app}?run=${run}`);
  }
}

if (import.meta.main) await synthesizeAll(JSON.parse(process.argv[2] ?? '[]'));
