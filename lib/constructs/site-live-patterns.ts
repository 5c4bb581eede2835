import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Manifest } from '../build/manifest.ts';
import { compileRoutePattern } from '../build/route-pattern.ts';
import { compileAllLive, compileLivePatterns, type LivePatterns } from './live-patterns.ts';

/**
 * The patterns of a site's live routes and of the pages among them. Says at `scope` what they leave out.
 *
 * @param allPagePaths URL paths, percent-encoded, of prerendered pages and public files
 * @param limit the number of behaviors that the distribution has left
 * @throws IsrError INVALID_CONFIGURATION when even merged patterns are too many
 */
export function livePatternsOfSite(
  scope: Construct,
  manifest: Manifest,
  allPagePaths: readonly string[],
  limit: number,
): LivePatterns {
  const { base, storesPages } = manifest;
  const gated = gatedPatternsOf(manifest);
  const live = [...manifest.live, ...gated];
  // Middleware stands before these too, so they come from the live function.
  const pagePaths = allPagePaths.filter((path) => !gated.some((each) => compileRoutePattern(each).match(path)));
  const notes = Annotations.of(scope);
  const patterns = storesPages
    ? { ...compileLivePatterns(live, pagePaths, limit), isComplete: true }
    : compileAllLive(base, live, pagePaths, limit);
  const { widened, sharedFolders = [], isComplete } = patterns;
  if (storesPages && widened.length > 0) {
    notes.addWarningV2(
      'cdk-isr:liveRoutesWidened',
      `the site has more live routes than CloudFront has behaviors, so no page at ${widened.join(', ')} is stored`,
    );
  }
  if (sharedFolders.length > 0) {
    notes.addWarningV2(
      'cdk-isr:pageFoldersShared',
      'the site has more files and prerendered pages than CloudFront has behaviors, so what is rendered below ' +
        `${sharedFolders.join(', ')} answers GET and HEAD alone, and sees no cookie, header or query of the viewer`,
    );
  }
  if (!isComplete) {
    notes.addInfoV2(
      'cdk-isr:unknownPathsNotLive',
      'the site has more files and prerendered pages than CloudFront has behaviors, so middleware sees no cookie, header ' +
        'or query of the viewer at paths that belong to no route',
    );
  }
  return patterns;
}

function gatedPatternsOf({ middleware, hasHtmlEndings = false }: Manifest): readonly string[] {
  const folders = middleware?.paths ?? [];
  return folders.flatMap((folder) => [`${folder}/[...path]`, ...(hasHtmlEndings ? [`${folder}.html`] : [])]);
}
