// The CDK app of the example. For a site of your own, use IsrStack or IsrSite in an app of yours.
import { fileURLToPath } from 'node:url';
import { App, CfnParameter, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { IsrStack } from '../lib/index.ts';
import { acknowledgeFindings } from './acknowledged.ts';

const EXAMPLE = fileURLToPath(new URL('../examples/astro-blog', import.meta.url));

const app = new App();
// Another site: `npx cdk synth -c build=path/to/project`
const buildDirectory: string = app.node.tryGetContext('build') ?? EXAMPLE;
const stack = new IsrStack(app, 'CdkIsr', { buildDirectory, description: 'Incremental Static Regeneration: a site' });

const contentApiUrl = new CfnParameter(stack, 'ContentApiUrl', {
  default: 'http://127.0.0.1:4403',
  description: "Where the site gets its content. The default is the local stack's.",
});
stack.site.addEnvironment('CONTENT_API_URL', contentApiUrl.valueAsString);

Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
acknowledgeFindings(stack.site);
