/** @file Preloaded: the program takes its pipe for a terminal of `TEST_COLUMNS` columns. */
Object.defineProperties(process.stdout, {
  isTTY: {value: true},
  columns: {value: Number(process.env.TEST_COLUMNS)},
  rows: {value: 40},
});
