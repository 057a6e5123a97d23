import type {MapFigures} from "../analysis/projection-quality";

export interface ProjectionFacts extends MapFigures {
  /** By class, from the last epoch's map; null where there is none. */
  readonly movement: Float64Array | null;
  readonly perplexity: number;
  /** Columns the map was made of, out of `width`. */
  readonly components: number;
  readonly width: number;
  /** Share of the variance in them. */
  readonly explained: number;
}

/** The lines under a map that say how far to trust it. */
export function notesOf(facts: ProjectionFacts, points: number, epoch: number): string[] {
  const {width, components, explained, perplexity, klDivergence, trustworthiness, continuity, neighbourhoodSize} =
    facts;
  const space =
    components < width
      ? `${components} principal components of ${width.toLocaleString("en")} features (${percent(explained)} of the variance)`
      : `${width.toLocaleString("en")} features`;
  const lines = [
    `${points.toLocaleString("en")} test images by ${space}, perplexity ${perplexity}; directions and scale mean nothing`,
    `KL divergence ${klDivergence.toFixed(3)} nats; trustworthiness ${trustworthiness.toFixed(3)}, continuity ${continuity.toFixed(3)} (${neighbourhoodSize} neighbours)`,
    `class by the ${facts.voters} nearest: right for ${percent(facts.neighbourAccuracyMap)} on the map, ${percent(facts.neighbourAccuracyFull)} in the features`,
  ];
  if (facts.movement) {
    const present = Array.from(facts.movement).filter((value) => !Number.isNaN(value));
    const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
    lines.push(`since the last map the classes' points moved ${percent(mean)} of the map's radius on average`);
  }
  if (epoch === 0) lines.push("the network is untrained: what groups there are, the images bring with them");
  return lines;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
