/**
 * Compares as S3 lists: by UTF-8 bytes. JavaScript compares UTF-16 units, which differs only where one side is a
 * surrogate (U+10000 and above) and the other lies between U+E000 and U+FFFF.
 */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x === y) continue;
    const surrogates = Number(isSurrogate(x)) - Number(isSurrogate(y));
    return surrogates === 0 ? x - y : surrogates;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** The index of the first key that does not come before `text`: where `text` stands, or would. */
export function firstNotBelow(sortedKeys: readonly string[], text: string): number {
  let low = 0;
  let high = sortedKeys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareBytes(sortedKeys[middle] ?? '', text) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
