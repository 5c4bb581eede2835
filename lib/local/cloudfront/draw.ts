import { createHash } from 'node:crypto';

/** A number from 0 up to, but not, 1. It depends on the seed and on what it is for, and on nothing that came before. */
export type Draw = (...purpose: readonly (string | number)[]) => number;

export function drawFrom(seed: number): Draw {
  return (...purpose) => {
    const digest = createHash('sha256').update(JSON.stringify([seed, ...purpose]));
    return digest.digest().readUInt32BE(0) / 2 ** 32;
  };
}
