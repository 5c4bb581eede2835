export { lookup as typeByExtension } from 'mrmime';
