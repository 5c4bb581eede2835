import type { IncomingMessage } from 'node:http';
import { Edge, type EdgeOptions } from './cache/edge.ts';
import type { Configuration } from './configuration/read-configuration.ts';
import type { Draw } from './draw.ts';
import { fieldOf } from './message/fields.ts';
import { POP_HEADER, ViewerSide, type ViewerSideOptions } from './viewer/viewer-side.ts';

/** One place of CloudFront, with a cache of its own. */
export interface EdgeLocation {
  /** As in `x-amz-cf-pop`. */
  readonly name: string;
  readonly edge: Edge;
  readonly viewerSide: ViewerSide;
  /** A change has arrived here: `ordinal` of all. One that is overtaken by a later one changes nothing. */
  configure(configuration: Configuration, ordinal: number): void;
}

export function createEdgeLocations(
  count: number,
  first: Configuration,
  options: Omit<EdgeOptions & ViewerSideOptions, 'edge' | 'location' | 'configuration'>,
): readonly [EdgeLocation, ...EdgeLocation[]] {
  const create = (index: number): EdgeLocation => {
    const name = `LOCAL${index + 1}-C1`;
    let current = first;
    let newest = -1;
    const own = { ...options, configuration: () => current };
    const edge = new Edge(own);
    return {
      name,
      edge,
      viewerSide: new ViewerSide({ ...own, edge, location: name }),
      configure: (configuration, ordinal) => {
        if (ordinal < newest) return;
        newest = ordinal;
        current = configuration;
      },
    };
  };
  return [create(0), ...Array.from({ length: count - 1 }, (_, index) => create(index + 1))];
}

/**
 * The location that answers a viewer: always the same one, as viewers are sent to one that is near. A viewer is an
 * address and a user agent. Who wants to see another location names it in the request header `x-amz-cf-pop`.
 */
export function locationFor<Location extends { readonly name: string }>(
  nodeRequest: IncomingMessage,
  locations: readonly [Location, ...Location[]],
  draw: Draw,
): Location {
  const named = locations.find(({ name }) => name === fieldOf(nodeRequest.headers, POP_HEADER));
  const viewer = [nodeRequest.socket.remoteAddress ?? '', nodeRequest.headers['user-agent'] ?? ''];
  return named ?? locations[Math.floor(draw('viewer', ...viewer) * locations.length)] ?? locations[0];
}
