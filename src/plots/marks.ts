/**
 * @file The shapes of points, for classes after the tenth: the hues repeat, and the second class with a hue gets a
 * ring, the third a square, and so on.
 */

/** The shapes in the order in which classes get them. Neighbours in this order look different. */
export const MARKS = [
  "disc",
  "ring",
  "square",
  "cross",
  "triangle",
  "frame",
  "diamond",
  "plus",
  "wedge",
  "lozenge",
] as const;
export type Mark = (typeof MARKS)[number];

/** Half of a square's side, for about the same area as a disc with radius 1. */
const SQUARE = 0.89;
/** Half a diamond's diagonal. */
const DIAMOND = 1.22;
/** Half of the width of an arm. */
const ARM = 0.34;
/** The size of the hole in a hollow mark, as a share of the mark. */
const HOLE = 0.5;
/** The distance of a triangle's corners from its middle; its sides are at half of this distance. */
const CORNER = 1.3;

/**
 * How far a place lies inside a mark: above 0 inside, below 0 outside, in the unit of the arguments. It is exact near
 * straight edges and circles, and only there it decides how much of a pixel is covered.
 *
 * @param x Measured from the mark's middle.
 * @param y Measured downwards.
 * @param radius The radius of the disc. Other marks have about the disc's area, hollow ones its size.
 */
export function depthInside(mark: Mark, x: number, y: number, radius: number): number {
  switch (mark) {
    case "disc":
      return radius - Math.hypot(x, y);
    case "ring":
      return hollow(radius - Math.hypot(x, y), radius * (1 - HOLE));
    case "square":
      return SQUARE * radius - Math.max(Math.abs(x), Math.abs(y));
    case "frame":
      return hollow(SQUARE * radius - Math.max(Math.abs(x), Math.abs(y)), SQUARE * radius * (1 - HOLE));
    case "diamond":
      return (DIAMOND * radius - Math.abs(x) - Math.abs(y)) * Math.SQRT1_2;
    case "lozenge":
      return hollow(
        (DIAMOND * radius - Math.abs(x) - Math.abs(y)) * Math.SQRT1_2,
        DIAMOND * radius * (1 - HOLE) * Math.SQRT1_2,
      );
    case "plus":
      return arms(Math.abs(x), Math.abs(y), radius);
    case "cross":
      return arms(Math.abs(x + y) * Math.SQRT1_2, Math.abs(x - y) * Math.SQRT1_2, radius);
    case "triangle":
      return triangle(x, y, radius);
    case "wedge":
      return triangle(x, -y, radius);
    default:
      return mark satisfies never;
  }
}

function hollow(depth: number, thickness: number): number {
  return Math.min(depth, thickness - depth);
}

function arms(x: number, y: number, radius: number): number {
  return Math.min(radius - Math.max(x, y), ARM * radius - Math.min(x, y));
}

/** A triangle that points upwards: one side is at the bottom, two are slanted. */
function triangle(x: number, y: number, radius: number): number {
  const side = (CORNER * radius) / 2;
  return Math.min(side - y, side + y / 2 - (Math.abs(x) * Math.sqrt(3)) / 2);
}

const rectangle = (half: number) => `M${-half} ${-half}H${half}V${half}H${-half}Z`;
const rhombus = (half: number) => `M0 ${-half}L${half} 0L0 ${half}L${-half} 0Z`;
const circle = (r: number) => `M${r} 0A${r} ${r} 0 1 1 ${-r} 0A${r} ${r} 0 1 1 ${r} 0Z`;
const [WIDE, LOW] = [(CORNER * Math.sqrt(3)) / 2, CORNER / 2];
const star = (turn: (x: number, y: number) => readonly [number, number]) => {
  const outline = [
    [-ARM, -1],
    [ARM, -1],
    [ARM, -ARM],
    [1, -ARM],
    [1, ARM],
    [ARM, ARM],
    [ARM, 1],
    [-ARM, 1],
    [-ARM, ARM],
    [-1, ARM],
    [-1, -ARM],
    [-ARM, -ARM],
  ].map(([x, y]) =>
    turn(x, y)
      .map((v) => v.toFixed(4))
      .join(" "),
  );
  return `M${outline.join("L")}Z`;
};

/** The same shapes as SVG paths for radius 1, to be filled by the even-odd rule. */
export const MARK_PATHS: {readonly [M in Mark]: string} = {
  disc: circle(1),
  ring: circle(1) + circle(HOLE),
  square: rectangle(SQUARE),
  frame: rectangle(SQUARE) + rectangle(SQUARE * HOLE),
  diamond: rhombus(DIAMOND),
  lozenge: rhombus(DIAMOND) + rhombus(DIAMOND * HOLE),
  plus: star((x, y) => [x, y]),
  cross: star((x, y) => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2]),
  triangle: `M0 ${-CORNER}L${WIDE} ${LOW}H${-WIDE}Z`,
  wedge: `M0 ${CORNER}L${WIDE} ${-LOW}H${-WIDE}Z`,
};
