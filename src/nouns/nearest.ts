/**
 * The known word that is nearest to `word` by edit distance (Levenshtein 1966), or undefined if none is close. A single
 * letter is close to no word.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const near = known
    .map((candidate) => ({candidate, distance: editDistance(word, candidate)}))
    .filter(({distance}) => distance <= Math.max(2, word.length / 3) && distance < word.length);
  return near.sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
