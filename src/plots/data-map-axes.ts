/**
 * @file The place of a training image on the data map (Swayamdipta et al. 2020): confidence goes up, variability goes
 * to the right. With plain axes, as in the paper, most images of an easy data set lie in one corner; zoomed axes spread
 * the corners out.
 */

/** Keeps the logarithms finite at 0 and 1. Probabilities that are nearer than this to 0 or 1 look the same. */
const EDGE = 0.004;
const LOGIT_AT_1 = Math.log((1 + EDGE) / EDGE);
/** Square roots of twice the variability are spread from this value on; below it, answers are nearly steady. */
const STEADY = 0.035;

/** 0 at the bottom, 1 at the top. @param confidence The mean probability of the label, in [0, 1]. */
export function heightOf(confidence: number, zoomed: boolean): number {
  if (!zoomed) return confidence;
  const logit = Math.log((confidence + EDGE) / (1 - confidence + EDGE));
  return 0.5 + logit / (2 * LOGIT_AT_1);
}

/** 0 at the left, 1 at the right. @param variability The standard deviation of that probability, in [0, 0.5]. */
export function acrossOf(variability: number, zoomed: boolean): number {
  return zoomed ? Math.max(0, (Math.sqrt(2 * variability) - STEADY) / (1 - STEADY)) : 2 * variability;
}

/** Ticks of the two axes, as the quantities themselves. */
export const CONFIDENCE_TICKS = {zoomed: [0.01, 0.1, 0.5, 0.9, 0.99], plain: [0, 0.25, 0.5, 0.75, 1]};
export const VARIABILITY_TICKS = {
  zoomed: [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5],
  plain: [0, 0.1, 0.2, 0.3, 0.4, 0.5],
};
