type Point = readonly [x: number, y: number];

/** Points on an ellipse, from an angle to another, in degrees. */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): Point[] {
  return Array.from({length: 17}, (_, i) => {
    const angle = ((from + ((to - from) * i) / 16) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}

/** Strokes of each digit, 0 to 9, as one draws them; points from 0 to 1 across and down the pad. */
export const DIGITS: readonly (readonly (readonly Point[])[])[] = [
  [arc(0.5, 0.5, 0.22, 0.32, -90, 270)],
  [
    [
      [0.42, 0.3],
      [0.52, 0.18],
      [0.5, 0.5],
      [0.5, 0.82],
    ],
  ],
  [[...arc(0.5, 0.34, 0.2, 0.17, 190, 390), [0.5, 0.62], [0.28, 0.8], [0.5, 0.78], [0.74, 0.8]]],
  [[...arc(0.48, 0.33, 0.18, 0.16, 200, 440), ...arc(0.48, 0.65, 0.22, 0.17, -80, 150)]],
  [
    [
      [0.36, 0.18],
      [0.3, 0.5],
      [0.7, 0.5],
    ],
    [
      [0.64, 0.2],
      [0.62, 0.5],
      [0.6, 0.84],
    ],
  ],
  [[[0.68, 0.2], [0.38, 0.2], [0.34, 0.47], ...arc(0.48, 0.62, 0.2, 0.19, -110, 140)]],
  [[[0.62, 0.16], [0.42, 0.38], ...arc(0.49, 0.66, 0.17, 0.16, 190, 540)]],
  [
    [
      [0.28, 0.22],
      [0.7, 0.22],
      [0.55, 0.5],
      [0.44, 0.84],
    ],
  ],
  [
    [
      ...arc(0.5, 0.33, 0.15, 0.15, -60, -270),
      ...arc(0.5, 0.66, 0.18, 0.18, -90, 270),
      ...arc(0.5, 0.33, 0.15, 0.15, 90, -60),
    ],
  ],
  [[...arc(0.48, 0.36, 0.17, 0.17, -10, -370), [0.64, 0.55], [0.58, 0.84]]],
];
