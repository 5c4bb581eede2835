import type { OriginTarget } from './origins.ts';
import type { ConfigurationFaults } from './properties.ts';

const READ = ['GET', 'HEAD'];
const READ_AND_OPTIONS = [...READ, 'OPTIONS'];
const EVERY = [...READ_AND_OPTIONS, 'PUT', 'PATCH', 'POST', 'DELETE'];

export function readAllowedMethods(
  where: string,
  methods: readonly string[] | undefined,
  target: OriginTarget,
  faults: ConfigurationFaults,
): ReadonlySet<string> {
  const allowed = new Set(methods ?? READ);
  if (![READ, READ_AND_OPTIONS, EVERY].some((set) => isSame(allowed, set))) {
    faults.add(`'${where}.AllowedMethods' must be GET and HEAD, these and OPTIONS, or all seven, got ${[...allowed]}`);
  }
  if (target.members.length > 1 && isSame(allowed, EVERY)) {
    // What CloudFront says when it refuses such a distribution: https://github.com/aws/aws-cdk/issues/32450
    faults.add(
      `'${where}': The parameter AllowedMethods cannot include POST, PUT, PATCH, or DELETE for a cached behavior associated with an origin group.`,
    );
  }
  return allowed;
}

export function readCachedMethods(
  where: string,
  methods: readonly string[] | undefined,
  faults: ConfigurationFaults,
): ReadonlySet<string> {
  const cached = new Set(methods ?? READ);
  if (![READ, READ_AND_OPTIONS].some((set) => isSame(cached, set))) {
    faults.add(`'${where}.CachedMethods' must be GET and HEAD, or these and OPTIONS, got ${[...cached]}`);
  }
  return cached;
}

function isSame(methods: ReadonlySet<string>, set: readonly string[]): boolean {
  return methods.size === set.length && set.every((method) => methods.has(method));
}
