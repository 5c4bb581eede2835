// The CDK app of the example. For a site of your own, use IsrStack or IsrSite in an app of yours.
import { fileURLToPath } from 'node:url';
import { App, Aws, CfnParameter, SecretValue, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AwsSolutionsChecks } from 'cdk-nag';
import { IsrStack, type WebhookProps } from '../lib/index.ts';
import { acknowledgeFindings, acknowledgeWebhookSecret } from './acknowledged.ts';

const EXAMPLE = fileURLToPath(new URL('../examples/astro-blog', import.meta.url));

const app = new App();
// Another site: `npx cdk synth -c build=path/to/project`
const buildDirectory: string = app.node.tryGetContext('build') ?? EXAMPLE;
// A name of its own, since the site refers to the secret before the stack is there to hold it.
const webhookSecretName = `${Aws.STACK_NAME}/webhooks/cms`;

/** What examples/cms sends when a post is published. */
const cms: WebhookProps = {
  vendor: 'generic',
  secret: SecretValue.secretsManager(webhookSecretName),
  timestampHeader: 'x-timestamp',
  // The CMS shows both moments: when the origin has the page, and when nobody gets the old one any more.
  wait: true,
  rules: [{ when: { type: 'post' }, paths: ['/blog/{slug}', '/blog', '/', '/rss.xml'], tags: ['post:{slug}'] }],
};

const stack = new IsrStack(app, 'CdkIsr', {
  buildDirectory,
  description: 'Incremental Static Regeneration: a site',
  webhooks: { cms },
});

const webhookSecret = new Secret(stack, 'WebhookSecret', {
  secretName: webhookSecretName,
  description: 'What the CMS signs its webhooks with.',
  generateSecretString: { passwordLength: 48, excludePunctuation: true },
});
// The reference is by name, which CloudFormation does not take for a dependency.
stack.site.functions.revalidate.node.addDependency(webhookSecret);

const contentApiUrl = new CfnParameter(stack, 'ContentApiUrl', {
  default: 'http://127.0.0.1:4403',
  description: "Where the site gets its content. The default is the local stack's.",
});
stack.site.addEnvironment('CONTENT_API_URL', contentApiUrl.valueAsString);

Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
acknowledgeFindings(stack.site);
acknowledgeWebhookSecret(webhookSecret);
