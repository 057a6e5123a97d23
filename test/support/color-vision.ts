/** Simulations of Machado, Oliveira & Fernandes (2009), "A Physiologically-based Model", table 1, severity 1, on linear RGB. */
const MACHADO = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;
export type Vision = keyof typeof MACHADO;
export const VISIONS = Object.keys(MACHADO) as Vision[];

/** How far apart two colours (six hex digits) are in OKLab (Ottosson 2020), as some kind of eye sees them. */
export function colorDistance(a: string, b: string, vision: Vision): number {
  const [x, y] = [a, b].map((hex) => oklab(seen(linear(hex), vision)));
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

function linear(hex: string): number[] {
  return [0, 2, 4].map((at) => {
    const v = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
}

function seen(rgb: readonly number[], vision: Vision): number[] {
  const m = MACHADO[vision];
  return [0, 3, 6].map((row) => {
    const sum = m[row] * rgb[0] + m[row + 1] * rgb[1] + m[row + 2] * rgb[2];
    return Math.max(0, Math.min(1, sum));
  });
}

function oklab([r, g, b]: readonly number[]): number[] {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
