/** Rows of numbers, one row for each point: column c of row r is `values[r * columns + c]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** A map has two or three dimensions. */
export type Dimensions = 2 | 3;

/**
 * @throws RangeError if the array does not fit the shape, or holds NaN or infinity; it names the first such place.
 */
export function checkMatrix(what: string, {rows, columns, values}: Matrix): void {
  if (!(Number.isInteger(rows) && Number.isInteger(columns) && rows > 0 && columns > 0)) {
    throw new RangeError(`${what}: expected at least one row and one column, got ${rows} × ${columns}`);
  }
  if (values.length !== rows * columns) {
    throw new RangeError(
      `${what}: expected ${rows} × ${columns} = ${rows * columns} numbers, got an array of ${values.length}`,
    );
  }
  if (!allFinite(values)) {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    const place = `row ${Math.floor(bad / columns)}, column ${bad % columns}`;
    throw new RangeError(`${what}: expected finite numbers, got ${values[bad]} at ${place}`);
  }
}

function allFinite(values: Float32Array): boolean {
  let nothing = 0;
  // the difference is NaN for a number that is not finite
  for (let i = 0; i < values.length; i++) nothing += values[i] - values[i];
  return nothing === 0;
}
