export { defaultProvider as credentialChain } from '@aws-sdk/credential-provider-node';
export { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } from '@smithy/core/config';
