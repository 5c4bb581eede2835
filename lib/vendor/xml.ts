export { XMLBuilder, XMLParser } from 'fast-xml-parser';
