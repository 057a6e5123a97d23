/**
 * @file Half precision (IEEE 754-2008 binary16), for which JavaScript has no array before Node 24. A number is
 * represented by its bits as a whole number.
 */

/** The number that 16 bits represent. */
export function fromHalf(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * The bits of the nearest number in half precision; of two equally near ones, the even one; infinity from 65,520 on.
 */
export function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  // the steps between numbers of this size in half precision: 2⁻²⁴ up to the smallest normal number, then 2¹⁰ steps in
  // each power of two
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size));
  const steps = roundedToEven(size / 2 ** (exponent - 10));
  // a carry into the next power of two adds to the exponent by itself
  return sign | (steps + (exponent + 14) * 1024);
}

function roundedToEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}
