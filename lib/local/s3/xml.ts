import type { ApiResponse } from '../aws-api/api-service.ts';

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML readers normalise raw line ends and tabs, so control characters go as references. */
function escapeXml(text: string): string {
  return text.replace(/[&<>"'\p{Cc}]/gu, (char) => ENTITIES[char] ?? `&#x${char.charCodeAt(0).toString(16)};`);
}

export function element(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

export function xmlResponse(root: string, content: string): ApiResponse {
  const body = `${XML_DECLARATION}<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`;
  return { status: 200, headers: ['content-type', 'application/xml'], body };
}

/** As XML has times. */
export function timeElement(name: string, time: number): string {
  return element(name, new Date(time).toISOString());
}
