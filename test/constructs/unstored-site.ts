import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundles, type SynthesizedSite, synthesize } from './fixture.ts';

interface Behavior {
  readonly PathPattern: string;
  readonly TargetOriginId: string;
  readonly CachePolicyId: unknown;
  readonly FunctionAssociations?: unknown;
}

beforeAll(() => bundles());

describe('a site that stores nothing', () => {
  const off = { storesPages: false, live: ['/cart', '/blog/[slug]', '/images/[id]/edit'] };
  const file = (index: number) => `images/${index}.webp`;

  test('is asked from the live function for everything that is no file', () => {
    const nothing = synthesize({}, off);
    const { CacheBehaviors, DefaultCacheBehavior } = configOf(nothing);
    expect(CacheBehaviors.at(-1).PathPattern).toBe('/*');
    expect(JSON.stringify(behaviorOf('/*', nothing).FunctionAssociations)).toContain('LiveRequest');
    expect(behaviorOf('/*', nothing).CachePolicyId).toEqual({ Ref: expect.stringContaining('LiveCache') });
    for (const path of ['/about', '/favicon.svg', '/feed.xml']) {
      expect(behaviorOf(path, nothing).TargetOriginId).toBe(DefaultCacheBehavior.TargetOriginId);
    }
  });

  test('with more files than behaviors keeps its routes live, and says what is not', () => {
    const files = Array.from({ length: 200 }, (_, index) => file(index));
    const many = synthesize({}, { ...off, files });
    const patterns = configOf(many).CacheBehaviors.map((each: Behavior) => each.PathPattern);
    expect(patterns).toEqual(expect.arrayContaining(['/cart', '/blog/*', '/images/*/edit']));
    expect(patterns).not.toContain('/*');
    Annotations.fromStack(many.stack).hasInfo('*', Match.stringLikeRegexp('at paths that belong to no route'));
  });

  test('with a route for all paths shares the folders of its files, and says which', () => {
    const files = Array.from({ length: 200 }, (_, index) => `media/${index}.webp`);
    const shared = synthesize({}, { ...off, live: [...off.live, '/[...slug]'], files });
    const patterns = configOf(shared).CacheBehaviors.map((each: Behavior) => each.PathPattern);
    expect(patterns).toEqual(expect.arrayContaining(['/media/*', '/*']));
    expect(patterns).not.toContain('/images/*');
    Annotations.fromStack(shared.stack).hasWarning('*', Match.stringLikeRegexp('below /media/\\* answers GET'));
  });
});

function configOf({ template }: SynthesizedSite) {
  const all = Object.entries(template.findResources('AWS::CloudFront::Distribution'));
  return all.find(([id]) => !id.includes('FailOver'))?.[1].Properties.DistributionConfig;
}

function behaviorOf(pattern: string, from: SynthesizedSite): Behavior {
  return configOf(from).CacheBehaviors.find((each: Behavior) => each.PathPattern === pattern);
}
