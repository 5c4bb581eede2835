/** What a certificate is written in: tag, length, contents. https://www.itu.int/rec/T-REC-X.690 */
function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content)]), content]);
}

function lengthOf({ length }: Buffer): readonly number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  return [0x82, length >> 8, length & 0xff];
}

export const sequence = (...contents: readonly Buffer[]): Buffer => element(0x30, ...contents);
export const setOf = (...contents: readonly Buffer[]): Buffer => element(0x31, ...contents);
/** Not negative, so its first bit must be 0. */
export const integer = (bytes: Buffer): Buffer => element(0x02, bytes);
export const isTrue = (): Buffer => element(0x01, Buffer.from([0xff]));
export const octets = (content: Buffer): Buffer => element(0x04, content);
/** Of whole bytes: none of the last byte's bits is unused. */
export const bits = (content: Buffer): Buffer => element(0x03, Buffer.from([0]), content);
export const text = (content: string): Buffer => element(0x0c, Buffer.from(content, 'utf8'));
/** `[n] EXPLICIT`: around another element. */
export const tagged = (number: number, content: Buffer): Buffer => element(0xa0 | number, content);
/** `[n] IMPLICIT`: in place of the tag of a string. */
export const taggedString = (number: number, content: Buffer): Buffer => element(0x80 | number, content);

/** `2.5.29.17` */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
}

function base128(value: number): readonly number[] {
  const digits = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

/** Until 2049, years have two digits (RFC 5280, section 4.1.2.5). */
export function utcTime(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/\.\d+|\D/g, '');
  return element(0x17, Buffer.from(`${digits.slice(2)}Z`, 'latin1'));
}
