/**
 * The power of a beta that tfjs keeps after `steps` steps. It is made by as many products in single precision, so it is
 * not exactly the power.
 */
export function powerAfter(beta: number, steps: number): number {
  let power = Math.fround(beta);
  for (let i = 0; i < steps; i++) power = nextPower(power, beta);
  return power;
}

/** Multiplies once more. */
export function nextPower(power: number, beta: number): number {
  return Math.fround(power * Math.fround(beta));
}
