/**
 * The power of a beta that tfjs keeps after so many steps: `steps` products in single precision, which are not exactly
 * the power.
 */
export function powerAfter(beta: number, steps: number): number {
  let power = Math.fround(beta);
  for (let i = 0; i < steps; i++) power = nextPower(power, beta);
  return power;
}

/** One product more. */
export function nextPower(power: number, beta: number): number {
  return Math.fround(power * Math.fround(beta));
}
