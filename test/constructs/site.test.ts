// One file for all: to load aws-cdk-lib and to synthesize for the first time takes longer than all that they assert.
import './edge-name.ts';
import './fail-over-distribution.ts';
import './hidden-headers.ts';
import './included-files.ts';
import './isr-site.ts';
import './late-files.ts';
import './site-distribution.ts';
import './site-functions.ts';
import './site-images.ts';
import './site-order.ts';
import './site-queues.ts';
import './site-schedules.ts';
import './site-sessions.ts';
import './site-storage.ts';
import './site-webhooks.ts';
import './unstored-site.ts';
import './warm-up.ts';
