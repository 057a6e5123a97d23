/** How many of some images have the label that most of them have: "7 of 8 are labelled 8". @param labels At least one. */
export function nearestWords(labels: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [[label, count]] = [...counts].sort(([, a], [, b]) => b - a);
  if (count < labels.length) return `${count} of ${labels.length} are labelled ${label}`;
  return count === 1 ? `it is labelled ${label}` : `all ${count} are labelled ${label}`;
}
