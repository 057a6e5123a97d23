/** The number that stands for the strongest pixel of a map in `artifacts/explained`: the largest of 16 bits. */
export const FULL = 32767;
