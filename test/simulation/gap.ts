import type { Random } from './random.ts';

/** Milliseconds between two events: mostly bursts, sometimes a long quiet. */
export function gap(random: Random): number {
  const dice = random.next();
  if (dice < 0.6) return random.between(0, 400);
  if (dice < 0.9) return random.between(400, 6000);
  if (dice < 0.98) return random.between(6000, 60_000);
  return random.between(60_000, 4_000_000);
}
