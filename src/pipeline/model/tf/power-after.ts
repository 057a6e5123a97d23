/** What tfjs keeps of a beta after so many steps: `steps` single-precision products, which are not quite the power. */
export function powerAfter(beta: number, steps: number): number {
  let power = Math.fround(beta);
  for (let i = 0; i < steps; i++) power = nextPower(power, beta);
  return power;
}

/** One product more. */
export function nextPower(power: number, beta: number): number {
  return Math.fround(power * Math.fround(beta));
}
