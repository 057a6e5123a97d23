/**
 * A map as CSV (RFC 4180, but lines end in "\n"): a header, then one point a line, its coordinates x, y (, z) and the
 * given columns. A cell with a comma, a quote or a line end is quoted.
 *
 * @param points `[row * dimensions + d]`, two dimensions or three.
 * @param columns By heading, one value a point.
 */
export function mapCsv(
  points: Float32Array,
  columns: {readonly [heading: string]: ArrayLike<number> | readonly string[]} = {},
  rows = Object.values(columns)[0]?.length ?? points.length / 2,
): string {
  const dimensions = points.length / rows;
  const headings = Object.keys(columns);
  const values = Object.values(columns);
  const lines = [[..."xyz".slice(0, dimensions), ...headings].map(cell).join(",")];
  for (let i = 0; i < rows; i++) {
    let line = "";
    for (let d = 0; d < dimensions; d++)
      line += `${d > 0 ? "," : ""}${Number(points[i * dimensions + d].toPrecision(7))}`;
    for (const column of values) line += `,${cell(`${column[i]}`)}`;
    lines.push(line);
  }
  return `${lines.join("\n")}\n`;
}

function cell(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
