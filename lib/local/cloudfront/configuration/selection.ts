import type { CookiesConfig, HeadersConfig, QueryStringsConfig } from './cloudformation-shapes.ts';
import { type ConfigurationFaults, readOneOf } from './properties.ts';

/** Which names of a kind (headers, cookies, query parameters) a policy takes. */
export interface Selection {
  readonly takes: 'none' | 'all' | 'listed' | 'all-but-listed';
  readonly names: ReadonlySet<string>;
}

export const NOTHING: Selection = { takes: 'none', names: new Set() };

export function isSelected(selection: Selection, name: string): boolean {
  switch (selection.takes) {
    case 'none':
      return false;
    case 'all':
      return true;
    case 'listed':
      return selection.names.has(name);
    case 'all-but-listed':
      return !selection.names.has(name);
  }
}

const TAKES = {
  none: 'none',
  whitelist: 'listed',
  all: 'all',
  allExcept: 'all-but-listed',
  allViewer: 'all',
  allViewerAndWhitelistCloudFront: 'all',
} as const;

export function readHeaderSelection(
  where: string,
  config: HeadersConfig | undefined,
  choices: readonly (keyof typeof TAKES)[],
  faults: ConfigurationFaults,
): Selection {
  const behavior = readOneOf(`${where}.HeaderBehavior`, config?.HeaderBehavior, choices, faults);
  return { takes: TAKES[behavior], names: new Set((config?.Headers ?? []).map((name) => name.toLowerCase())) };
}

const KEY_CHOICES = ['none', 'whitelist', 'all', 'allExcept'] as const;

export function readCookieSelection(
  where: string,
  config: CookiesConfig | undefined,
  faults: ConfigurationFaults,
): Selection {
  const behavior = readOneOf(`${where}.CookieBehavior`, config?.CookieBehavior, KEY_CHOICES, faults);
  return { takes: TAKES[behavior], names: new Set(config?.Cookies ?? []) };
}

export function readQuerySelection(
  where: string,
  config: QueryStringsConfig | undefined,
  faults: ConfigurationFaults,
): Selection {
  const behavior = readOneOf(`${where}.QueryStringBehavior`, config?.QueryStringBehavior, KEY_CHOICES, faults);
  return { takes: TAKES[behavior], names: new Set(config?.QueryStrings ?? []) };
}
