import type {Artifact} from "../pipeline/types";

/**
 * The document about an image in `explain --json` (schema epochscope/explain/1), one for each class that was explained.
 */
export interface ExplainedImage {
  readonly image: string;
  readonly file?: string;
  readonly target: number;
  readonly targetName: string;
  readonly probability: number;
  /** "lime", or a method that makes a map of pixels. */
  readonly method: string;
  /** Figures that say how far to trust it; null if a figure cannot be computed. */
  readonly trust: {readonly [figure: string]: number | null};
  /** Only for LIME: how much each segment adds to the probability, the strongest first. */
  readonly segments?: readonly {readonly segment: number; readonly weight: number; readonly error: number | null}[];
  readonly files: readonly string[];
}

/** The explanations of one image in the form of `--json`. */
export function explainedImages(
  image: string,
  file: string | undefined,
  folder: string,
  made: readonly Artifact[],
): ExplainedImage[] {
  const files = made.flatMap(({name}) => [`${folder}/${name}.json`, `${folder}/${name}.png`]);
  const named = {image, ...(file === undefined ? {} : {file})};
  return made.flatMap((artifact): ExplainedImage[] => {
    if (artifact.plot === "attribution") return mapsOf(artifact).map((map) => ({...named, ...map, files}));
    if (artifact.plot !== "segments") return [];
    return artifact.data.explanations.map(({explained, explainedName, probability, weights, errors, ...rest}) => {
      const {r2, samples, near, halvesTop5, halvesCorrelation} = rest;
      const segments = Array.from(weights, (weight, segment) => ({segment, weight, error: finite(errors[segment])}));
      segments.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
      return {
        ...named,
        ...{target: explained, targetName: explainedName, probability, method: "lime"},
        trust: {r2, samples, near, halvesTop5, halvesCorrelation},
        segments,
        files,
      };
    });
  });
}

function mapsOf(artifact: Extract<Artifact, {readonly plot: "attribution"}>) {
  // written by `attributeImage`
  const {method, targets, faithfulness, gap} = artifact.numbers as unknown as {
    readonly method: string;
    readonly targets: Uint16Array;
    readonly faithfulness: readonly (number | null)[];
    readonly gap?: readonly (number | null)[];
  };
  return artifact.data.maps.map(({className, probability}, n) => ({
    ...{target: targets[n], targetName: className, probability, method},
    trust: {faithfulness: faithfulness[n], ...(gap ? {gap: gap[n]} : {})},
  }));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
