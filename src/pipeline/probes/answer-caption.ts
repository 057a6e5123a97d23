/** The most letters of two names that fit on one line with the figure, over a small picture. */
const ONE_LINE = 6;

/**
 * "3 → 5 99%": what an image is, what it was taken for and how surely. Longer names get two lines, so that shortening one
 * never costs the other, nor the figure.
 *
 * @param probability Of the answer.
 */
export function answerCaption(truth: string, answer: string, probability: number): string | string[] {
  const sure = `${Math.round(100 * probability)}%`;
  const letters = Array.from(truth).length + Array.from(answer).length;
  return letters <= ONE_LINE ? `${truth} → ${answer} ${sure}` : [truth, `→ ${answer} ${sure}`];
}
