/**
 * Says in a few words how far to trust LIME's fit: R², and how far both halves of the masks name the same segments. If
 * hiding segments never changed the answer, neither is known, and the words say so.
 */
export function trustWords(r2: number | null, halvesTop5: number | null): readonly string[] {
  if (r2 === null) return ["nothing changes the answer"];
  const agree = halvesTop5 === null ? "no segment has a weight" : `top 5 agree ${(100 * halvesTop5).toFixed(0)}%`;
  return [`R² ${r2.toFixed(2)}`, agree];
}
