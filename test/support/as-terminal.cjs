/** @file Preloaded: the program takes its pipe for a terminal of `TEST_COLUMNS` columns, to which standard error goes too. */
const terminal = {isTTY: {value: true}, columns: {value: Number(process.env.TEST_COLUMNS)}, rows: {value: 40}};
Object.defineProperties(process.stdout, terminal);
Object.defineProperties(process.stderr, {...terminal, write: {value: (...given) => process.stdout.write(...given)}});
