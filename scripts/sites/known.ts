import type { Difference } from './compare.ts';
import type { KnownDifference } from './data.ts';

export interface Explained {
  readonly unexplained: readonly Difference[];
  /** How often each known one was seen. */
  readonly counts: ReadonlyMap<KnownDifference, number>;
}

/** Tells the differences that the list knows from those that it does not. The first that fits explains. */
export function explain(
  site: string,
  differences: readonly Difference[],
  known: readonly KnownDifference[],
): Explained {
  const counts = new Map<KnownDifference, number>();
  const unexplained = differences.filter((difference) => {
    const reason = known.find((candidate) => isMeant(candidate, site, difference));
    if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    return reason === undefined;
  });
  return { unexplained, counts };
}

function isMeant(known: KnownDifference, site: string, { path, what, node, isr }: Difference): boolean {
  const pairs = [
    [known.site, site],
    [known.path, path],
    [known.what, what],
    [known.node, node],
    [known.isr, isr],
  ] as const;
  return pairs.every(([pattern, text]) => pattern === undefined || new RegExp(`^(?:${pattern})$`, 's').test(text));
}
