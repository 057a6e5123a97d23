/** The most letters of two names that fit on one line with the figure, over a small picture. */
const ONE_LINE = 6;

/**
 * "3 → 5 99%": the true class, the answer, and its probability. Longer names get two lines, so that shortening one name
 * never shortens the other or the figure.
 *
 * @param probability The probability of the answer.
 */
export function answerCaption(truth: string, answer: string, probability: number): string | string[] {
  const sure = `${Math.round(100 * probability)}%`;
  const letters = Array.from(truth).length + Array.from(answer).length;
  return letters <= ONE_LINE ? `${truth} → ${answer} ${sure}` : [truth, `→ ${answer} ${sure}`];
}
