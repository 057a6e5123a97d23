/** The learning rate of one step of a run. */
export type Schedule = (step: number, steps: number) => number;

/**
 * One cycle (Smith & Topin 2018, "Super-convergence"): the rate rises from a 25th of the peak to the peak over the
 * first 30 % of the steps, and falls to nearly 0 over the rest. Both parts are half a cosine wave, as in PyTorch's
 * OneCycleLR by default.
 */
export function oneCycle(peak: number): Schedule {
  const [start, end, warmUp] = [peak / 25, peak / 25e4, 0.3];
  return (step, steps) => {
    const turn = Math.max(1, warmUp * steps - 1);
    return step < turn
      ? cosine(start, peak, step / turn)
      : cosine(peak, end, (step - turn) / Math.max(1, steps - 1 - turn));
  };
}

export function constant(rate: number): Schedule {
  return () => rate;
}

function cosine(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * Math.min(1, share)))) / 2;
}
