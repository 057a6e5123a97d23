import type {RowMap} from "./map-rows";

export type MapFacts = Omit<RowMap, "points" | "nearest">;

/**
 * The lines under a map that say how far to trust it.
 *
 * @param things What the points are: "test images".
 */
export function mapNotes(facts: MapFacts, points: number, things: string): string[] {
  const {width, components, explained, perplexity} = facts;
  const {neighbourhoodSize, among, neighbourAccuracyMap, neighbourAccuracyFull, voters} = facts;
  const features = `${width.toLocaleString("en")} features`;
  const counted = among < points - 1 ? `, ranks estimated from ${among.toLocaleString("en")} others` : "";
  const space =
    components < width
      ? `${components} principal components of ${features} (${percent(explained)} of the variance)`
      : features;
  const lines = [
    `${points.toLocaleString("en")} ${things} by ${space}, perplexity ${perplexity}; directions and scale mean nothing`,
    ...trustNotes(facts, `${neighbourhoodSize} neighbours${counted}`),
  ];
  if (facts.approximate) lines.push(recallNote(facts.approximate));
  if (neighbourAccuracyMap !== null && neighbourAccuracyFull !== null) {
    const [map, full] = [percent(neighbourAccuracyMap), percent(neighbourAccuracyFull)];
    lines.push(`class by the ${voters} nearest: right for ${map} on the map, ${full} in the features`);
  }
  return lines;
}

/** How many of the neighbours that the map is made from are the true ones. */
export function recallNote({neighbours, recall}: NonNullable<MapFacts["approximate"]>): string {
  const share = `${recall < 0.95 ? "only " : ""}${percent(recall)}`;
  const limit = recall < 0.95 ? ", by the longest search" : "";
  return `approximate neighbours: ${share} of the ${neighbours} nearest rows were found (recall, measured on 500 rows)${limit}`;
}

/** How far neighbours on the map are neighbours in the data, on one line: in their components and in all their features. */
export function trustNote(facts: MapFacts): string {
  return trustNotes(facts, `${facts.neighbourhoodSize} neighbours`).join("; ");
}

/** The same for a picture, whose lines are short. */
function trustNotes(facts: MapFacts, neighbours: string): string[] {
  const {width, components, trustworthiness, continuity, trustworthinessFull} = facts;
  const [trust, kept] = [trustworthiness.toFixed(3), continuity.toFixed(3)];
  const divergence = `KL divergence ${facts.klDivergence.toFixed(3)} nats`;
  if (components >= width) return [`${divergence}; trustworthiness ${trust}, continuity ${kept} (${neighbours})`];
  return [
    `${divergence}; trustworthiness ${trust} in the ${components} components, about ${trustworthinessFull.toFixed(3)} in all features`,
    `continuity ${kept} in the components (${neighbours})`,
  ];
}

/** How far the classes moved, and what an untrained network's map can mean. */
export function epochNotes(movement: Float64Array | null, epoch: number): string[] {
  if (epoch === 0) return ["the network is untrained: what groups there are, the images bring with them"];
  if (!movement) return [];
  const present = Array.from(movement).filter((value) => !Number.isNaN(value));
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  return [`since the last map the classes' points moved ${percent(mean)} of the map's radius on average`];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
