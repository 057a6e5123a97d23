/**
 * Says in words how far a map can be trusted: its divergence, and in which space neighbours on the map are neighbours,
 * too.
 */
export function mapFacts(facts: {readonly [name: string]: number}): string[] {
  const {klDivergence, trustworthiness, trustworthinessFull, components, width} = facts;
  const told = klDivergence === undefined ? [] : [`KL ${klDivergence.toFixed(2)}`];
  if (trustworthiness === undefined) return told;
  const trust = `trustworthiness ${trustworthiness.toFixed(3)}`;
  if (trustworthinessFull === undefined || !(components < width)) return [...told, trust];
  const full = `about ${trustworthinessFull.toFixed(3)} in all ${width.toLocaleString("en-GB")} features`;
  return [...told, `${trust} in ${components} principal components`, full];
}
