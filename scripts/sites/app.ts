import { App } from 'aws-cdk-lib';
import { IsrStack } from '../../lib/index.ts';

const app = new App();
new IsrStack(app, 'Site', { buildDirectory: app.node.tryGetContext('build') });
