// The editor alone, for a site that runs elsewhere; `npm start` runs it with everything else.
// CONTENT_API_URL=… SITE_URL=… WEBHOOK_URL=… WEBHOOK_SECRET=… node examples/cms/index.ts [port]
import { startCms } from './cms.ts';

export { type Cms, type CmsOptions, startCms } from './cms.ts';

const DEFAULT_PORT = 4404;
const VARIABLES = ['CONTENT_API_URL', 'SITE_URL', 'WEBHOOK_URL', 'WEBHOOK_SECRET'] as const;

if (import.meta.main) {
  const missing = VARIABLES.filter((name) => !process.env[name]);
  if (missing.length > 0) throw new Error(`cannot start the CMS: ${missing.join(', ')} not set`);
  const [contentApiUrl = '', siteUrl = '', webhookUrl = '', webhookSecret = ''] = VARIABLES.map(
    (name) => process.env[name],
  );
  const port = Number(process.argv[2] ?? DEFAULT_PORT);
  const cms = await startCms({ port, contentApiUrl, siteUrl, webhookUrl, webhookSecret });
  console.log(`CMS: ${cms.url}`);
}
