import {join} from "node:path";

import {epochStem} from "../../pipeline/record/epoch-stem";
import {readArtifactFile} from "../../pipeline/record/saved-file";
import type {RunAt} from "../../pipeline/record/saved-run";
import {textIfThere} from "../../pipeline/record/text-if-there";

/** LIME's explanation of one class of one test image. */
export interface Explanation {
  readonly index: number;
  readonly explained: number;
  readonly weights: ArrayLike<number>;
  readonly segments: ArrayLike<number>;
  readonly halvesCorrelation?: number | null;
}

/** The explanations of the images that a run explains at every epoch; none if it explained nothing at this epoch. */
export async function sampleExplanations(at: RunAt): Promise<readonly Explanation[]> {
  return (await artifactOf(at, "lime", "segments"))?.data.explanations ?? [];
}

/** The same explanations, and those of its mistakes. */
export async function allExplanations(at: RunAt): Promise<readonly Explanation[]> {
  const mistakes = await artifactOf(at, "mistakes", "lime");
  const others = mistakes?.numbers?.others ?? [];
  return [...(await sampleExplanations(at)), ...(mistakes?.data.explanations ?? []), ...others];
}

interface LimeArtifact {
  readonly data: {readonly explanations: readonly Explanation[]};
  readonly numbers?: {readonly others?: readonly Explanation[]};
}

async function artifactOf({run, epoch}: RunAt, probe: string, name: string): Promise<LimeArtifact | undefined> {
  const path = join(run.path, "artifacts", probe, `${epochStem(epoch, name)}.json`);
  if ((await textIfThere(path)) === undefined) return undefined;
  return (await readArtifactFile(path)) as unknown as LimeArtifact; // the probe wrote it in this form
}
