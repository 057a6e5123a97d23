const [MINUS, POINT, ZERO] = Buffer.from("-.0");

/** The powers of 10 that doubles hold exactly. */
export const POWERS = Float64Array.from({length: 23}, (_, power) => Number(`1e${power}`));

/**
 * Writes `units / 10 ** decimals` in digits, without zeros at the end of its decimals, and without a sign before 0.
 *
 * @param units A whole number, not negative.
 * @returns The place where it ends.
 */
export function writeDecimal(
  bytes: Uint8Array,
  at: number,
  negative: boolean,
  units: number,
  decimals: number,
): number {
  const scale = POWERS[decimals];
  const whole = Math.floor(units / scale);
  let rest = units - whole * scale;
  if (negative && units > 0) bytes[at++] = MINUS;
  let power = 1;
  while (power * 10 <= whole) power *= 10;
  for (; power >= 1; power /= 10) bytes[at++] = ZERO + (Math.floor(whole / power) % 10);
  if (rest === 0) return at;
  bytes[at++] = POINT;
  for (power = scale / 10; rest > 0; power /= 10) {
    const digit = Math.floor(rest / power);
    bytes[at++] = ZERO + digit;
    rest -= digit * power;
  }
  return at;
}
