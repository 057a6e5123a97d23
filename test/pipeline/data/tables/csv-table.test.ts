import {gzipSync} from "node:zlib";
import {describe, expect, test} from "vitest";
import {rowsOf, tableOf} from "./table-of";

/** @file Forms of tables that people have: each with the numbers that stand in it, written by hand. */

test("a header, words, and quotes with separators, line ends and quotes within", async () => {
  const table = await tableOf('x,kind,"y, upwards"\r\n1,"a ""b""",2.5\r\n-3e2,"c,\nd",4\r\n');
  expect(table.names).toEqual(["x", "y, upwards"]);
  expect(rowsOf(table)).toEqual([
    [1, 2.5],
    [-300, 4],
  ]);
  expect(table.words).toEqual([{name: "kind", cells: ['a "b"', "c,\nd"]}]);
  expect(table.columnPlaces).toEqual([1, 3]);
  expect(table.unused).toEqual([{name: "kind", place: 2, reason: "it holds words"}]);
});

test.each([
  ["Excel's CSV with a byte order mark before a quoted name", '\ufeff"a","b"\r\n1,2\r\n3,4\r\n', ["a", "b"]],
  ["sep=; in front", "sep=;\na;b\n1;2\n3;4", ["a", "b"]],
  ["a byte order mark and sep=", "\ufeffsep=|\r\na|b\r\n1|2\r\n3|4", ["a", "b"]],
  ["a separator at each line's end", "a,b,\n1,2,\n3,4,\n", ["a", "b"]],
  ["a separator at the end of rows alone", "a,b\n1,2,\n3,4,\n", ["a", "b"]],
  ["a separator at the end of the header alone", "a,b,\n1,2\n3,4\n", ["a", "b"]],
  ["empty lines", "\n\na,b\n\n1,2\n\n\n3,4\n\n", ["a", "b"]],
  ["line ends of all three kinds", "a,b\r\n1,2\n3,4\r", ["a", "b"]],
  ["blanks around cells", "a , b\n 1 , 2\n 3 ,4 ", ["a", "b"]],
  ["columns set apart by blanks", "  a   b\n  1   2\n 3  4\n", ["a", "b"]],
  ["blanks before quotes", '"a", "b"\n"1", "2"\n"3", "4"', ["a", "b"]],
  ["comments, the last of which names columns, as numpy.savetxt writes", "# made today\n# a b\n1 2\n3 4\n", ["a", "b"]],
  ["row names without a name, as R's write.table", "a b\nfirst 1 2\nsecond 3 4\n", ["a", "b"]],
  ["row names that are numbers, as R's write.table", '"a" "b"\n"1" 1 2\n"2" 3 4\n', ["a", "b"]],
  ["tabs and blanks between cells", "a \t b\n1\t\t2\n 3  4\n", ["a", "b"]],
  ["lines of separators alone, as spreadsheets add", "a,b\n,\n1,2\n3,4\n,\n,\n", ["a", "b"]],
  ["an index without a name, as pandas", ",a,b\n0,1,2\n1,3,4\n", ["a", "b"]],
  ["an index and names that are numbers, as pandas", ",0,1\n0,1,2\n1,3,4\n", ["0", "1"]],
  ["names alike", "a,a\n1,2\n3,4", ["a", "a (2)"]],
  ["a name that is missing", "a,\n1,2\n3,4", ["a", "column 2"]],
])("%s", async (_, text, names) => {
  const table = await tableOf(text);
  expect(table.names).toEqual(names);
  expect(rowsOf(table)).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test.each([
  ["semicolons and decimal commas", "art;x;y\nash;0,25;-1,5\nelm;1,75;2\n"],
  ["tabs and decimal commas", "art\tx\ty\nash\t0,25\t-1,5\nelm\t1,75\t2\n"],
  ["commas and quoted decimal commas", 'art,x,y\nash,"0,25","-1,5"\nelm,"1,75",2\n'],
  ["commas in words, semicolons between cells", 'art;x;y\n"ash, old";0.25;-1.5\nelm, young;1.75;2\n'],
])("%s", async (_, text) => {
  expect(rowsOf(await tableOf(text))).toEqual([
    [0.25, -1.5],
    [1.75, 2],
  ]);
});

test("blanks within cells part nothing where tabs do", async () => {
  const table = await tableOf("sample id\tcell type\tx\nA 1\tT cell\t1.5\nB 2\tB cell\t2.5\n");
  expect([table.names, rowsOf(table)]).toEqual([["x"], [[1.5], [2.5]]]);
  expect(table.words.map(({name}) => name)).toEqual(["sample id", "cell type"]);
});

test("lines of separators alone are reported, and are no missing values", async () => {
  const table = await tableOf("a,b\n1,2\n3,4\n,\n,\n", {missing: "refuse"});
  expect([table.rows, table.notes]).toEqual([2, ["2 lines of separators alone left out"]]);
});

test("one column of decimal commas under a name is one column", async () => {
  const table = await tableOf("x\n1,5\n2,5\n");
  expect([table.names, rowsOf(table)]).toEqual([["x"], [[1.5], [2.5]]]);
  expect(rowsOf(await tableOf("1,5\n2,5\n", {decimal: "comma"}))).toEqual([[1.5], [2.5]]);
  expect(rowsOf(await tableOf("1,5\n2,5\n"))).toEqual([
    [1, 5],
    [2, 5],
  ]);
});

test("groups of thousands are read by whichever mark is not the decimal one", async () => {
  expect(rowsOf(await tableOf('a,b\n"1,234,567.5","12,000"\n2.5,3\n'))).toEqual([
    [1234567.5, 12000],
    [2.5, 3],
  ]);
  expect(rowsOf(await tableOf("a;b\n1.234.567,5;12.000\n2,5;3\n"))).toEqual([
    [1234567.5, 12000],
    [2.5, 3],
  ]);
  const twofold = "a;b\n1,234;5,678\n2,345;6,789\n";
  expect(rowsOf(await tableOf(twofold))[0]).toEqual([1.234, 5.678]);
  expect(rowsOf(await tableOf(twofold, {decimal: "point"}))[0]).toEqual([1234, 5678]);
});

describe("a first line", () => {
  test.each([
    ["words below are the same: no names", "1.5,2,ash\n1,2,ash\n3,4,elm\n2,2,elm\n", 4],
    ["numbers alone: no names", "2019,2020\n1,2\n3,4\n", 3],
    ["years beside a word, over words that come again", "art,2019,2020\nash,1,2\nash,3,4\nelm,1,1\nelm,2,2\n", 4],
    ["years beside a word, over words of one row each", "land,2019,2020\nA,1,2\nB,3,4\n", 2],
    ["wavelengths beside words", "sample,id,400.5,401,401.5\na,1,.1,.2,.3\nb,2,.3,.2,.1\n", 2],
    ["a single word over a single number column", "x\n1\n2\n", 2],
  ])("%s", async (_, text, rows) => {
    expect((await tableOf(text)).rows).toBe(rows);
  });

  test("is what the user says it is", async () => {
    const numbers = "2019,2020\n1,2\n3,4\n";
    expect((await tableOf(numbers, {header: true})).names).toEqual(["2019", "2020"]);
    expect((await tableOf("a,2\n1,2\n3,4\n")).names).toEqual(["a", "2"]);
    const table = await tableOf("a,2\n1,2\n3,4\n", {noHeader: true});
    expect(table.unused[0]).toEqual({
      name: "column 1",
      place: 1,
      reason: '1 cell of 3 is no number, as "a" in line 1',
    });
  });
});

test("each column that is not used is named with its place and the reason", async () => {
  const {unused, names} = await tableOf("art;a;b;c;d\nash;1;;x;1\nelm;2;;3;\noak;3;;4;\n");
  expect(names).toEqual(["a"]);
  expect(unused).toEqual([
    {name: "art", place: 1, reason: "it holds words"},
    {name: "b", place: 3, reason: "it is empty"},
    {name: "c", place: 4, reason: '1 cell of 3 is no number, as "x" in line 2'},
    {name: "d", place: 5, reason: "it has no number in 2 of 3 rows"},
  ]);
});

describe("missing values", () => {
  const text = "art,a,b\nash,1,2\nash,NA,4\nelm,3,inf\nelm,5,6\noak,6,7\noak,7,\n";

  test("leave their rows out, and say so", async () => {
    const table = await tableOf(text);
    expect(rowsOf(table)).toEqual([
      [1, 2],
      [5, 6],
      [6, 7],
    ]);
    expect([...table.places]).toEqual([1, 4, 5]);
    expect(table.words[0].cells).toEqual(["ash", "elm", "oak"]);
    expect(table.notes).toEqual([
      '3 rows of 6 left out, without a finite number in "a" (line 3), "b" (2 times, first in line 4); 1 cell of them is infinite (--missing mean keeps them)',
    ]);
  });

  test("are filled in with the mean of the column's other numbers", async () => {
    const table = await tableOf(text, {missing: "mean"});
    expect(rowsOf(table).map(([a]) => a)).toEqual([1, (1 + 3 + 5 + 6 + 7) / 5, 3, 5, 6, 7]);
    expect(rowsOf(table).map(([, b]) => b)).toBeAllClose([2, 4, 19 / 4, 6, 7, 19 / 4], {rtol: 1e-15});
    expect(table.notes[0]).toMatch(/^3 cells without a finite number filled in with the column's mean: "a" \(line 3\)/);
  });

  test("are refused by line and column", async () => {
    await expect(tableOf(text, {missing: "refuse"})).rejects.toThrow(
      't.csv, line 3: expected a finite number in "a", got "NA" (--missing drop-rows or mean can go on without it)',
    );
  });
});

describe("--label", () => {
  const text = "digit,a,b\n0,1.5,2\n0,3,4\n1,5,6\n1,7,8\n";

  test.each(["digit", "1", "-3"])("%s takes a column of numbers", async (label) => {
    const table = await tableOf(text, {label});
    expect(table.label).toEqual({name: "digit", cells: ["0", "0", "1", "1"]});
    expect(table.names).toEqual(["a", "b"]);
    expect(table.unused).toEqual([{name: "digit", place: 1, reason: "it is the label"}]);
  });

  test("prefers a name to a place", async () => {
    const table = await tableOf("2,1,a\n0,1.5,x\n0,3,y\n1,5,x\n", {label: "1", header: true});
    expect(table.label?.cells).toEqual(["1.5", "3", "5"]);
  });

  test("that no column has, or two have, is refused", async () => {
    await expect(tableOf(text, {label: "c"})).rejects.toThrow(
      '--label: expected a column, by name (digit, a, b) or place (1 to 3), got "c"',
    );
    await expect(tableOf(text, {label: "4"})).rejects.toThrow('got "4"');
    await expect(tableOf("a,a,b\n1,2,3\n4,5,6\n", {label: "a"})).rejects.toThrow(
      '--label: expected one column, got "a", the name of columns 1 and 2: give the place of one',
    );
    expect((await tableOf("a,a,b\n1,2,3\n4,5,6\n", {label: "2"})).label?.cells).toEqual(["2", "5"]);
  });

  test("of more values than can be told apart is refused", async () => {
    const rows = Array.from({length: 1001}, (_, i) => `${i / 8},${i % 7}`).join("\n");
    await expect(tableOf(`a,b\n${rows}`, {label: "a"})).rejects.toThrow(
      '--label: expected at most 1000 different values, got 1,001 in "a"',
    );
  });
});

test.each([
  ["a,b\n1,2\n3\n", "t.csv, line 3: expected 2 cells, as in the lines before, got 1"],
  ['a,b\n"x\n\ny",2\n5,6,7\n', "t.csv, line 5: expected 2 cells, as in the lines before, got 3"],
  ['a,b\n1,2\n3,"4\n5,6\n', "t.csv, line 3: expected quoted cells that end in a quote and then a separator"],
  ['a,b\n1,2\n"3"x,4\n', "t.csv, line 3: expected quoted cells"],
  ["a,b\nx,y\n", 't.csv: expected a column of numbers, got none in 2 rows ("column 1": it holds words'],
  [
    "a^b\n1^2\n",
    't.csv: expected a column of numbers, got none in 2 rows ("column 1": it holds words; if other characters stand',
  ],
  ["title\n\na,b,c\n1,2,3\n3,4,5\n", "t.csv, line 3: expected 1 cell, as in the lines before, got 3"],
  ["\n \n", "t.csv: expected a column of numbers, got none in 0 rows"],
  ["a\0b,1\n2,3\n", "t.csv: expected text, got a zero byte at 1"],
  [
    Buffer.from("PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0AAAAAAAAAAAA\x13\0\x08\x02[Content_Types].xml"),
    "got a spreadsheet",
  ],
  [Buffer.from("PAR1...."), "t.csv: expected a CSV, .npy or .npz file, got a Parquet file"],
  [Buffer.from([0xff, 0xfe, 0, 0, 49, 0, 0, 0]), "t.csv: expected UTF-8 or UTF-16, got UTF-32"],
  ["", "t.csv: expected a table, got an empty file"],
])("%j is refused in one line", async (content, words) => {
  const error = await tableOf(content).catch((e) => e);
  expect(String(error.message)).toContain(words);
  expect(error.message).not.toContain("\n");
});

test("letters of Windows-1252 are read, and that is said", async () => {
  const table = await tableOf(Buffer.from("Länge;Größe\n1;2\n3;4\n", "latin1"));
  expect(table.names).toEqual(["Länge", "Größe"]);
  expect(table.form).toContain("Windows-1252, because it is not UTF-8 (--encoding)");
  const japanese = Buffer.from([0x92, 0xb7, 0x2c, 0x62, 0x0a, 0x31, 0x2c, 0x32, 0x0a]); // 長,b in Shift JIS
  expect((await tableOf(japanese, {encoding: "shift_jis"})).names).toEqual(["長", "b"]);
});

test("a letter that two pieces of a file share is read whole", async () => {
  const filler = `${"ä".repeat(40)};1\n`;
  const text = `x;y\n${filler.repeat(60_000)}`; // 5 MB, pieces of 4
  const table = await tableOf(text);
  expect(table.rows).toBe(60_000);
  expect(new Set(table.words[0].cells)).toEqual(new Set(["ä".repeat(40)]));
  expect(table.form).toContain("UTF-8,");
});

test("a gzip file is read as what is in it, and no further than the limit", async () => {
  const packed = gzipSync("a,b\n1,2\n3,4\n");
  expect(rowsOf(await tableOf(packed, {}, "t.csv.gz"))).toEqual([
    [1, 2],
    [3, 4],
  ]);
  await expect(tableOf(packed.subarray(0, 25), {}, "t.csv.gz")).rejects.toThrow("t.csv.gz: expected a whole gzip file");
  const bomb = gzipSync("0,0\n".repeat(600_000));
  await expect(tableOf(bomb, {maxMegabytes: 2}, "t.csv.gz")).rejects.toThrow(
    "t.csv.gz: expected at most 2 MB (--max-megabytes), got 3 MB, unpacked",
  );
  const untold = Buffer.concat([bomb, packed]); // two parts: only the last one's size is told
  await expect(tableOf(untold, {maxMegabytes: 2}, "t.csv.gz")).rejects.toThrow(
    "t.csv.gz: expected at most 2 MB (--max-megabytes), got more, unpacked",
  );
});

test("a table whose numbers take more than the limit is refused before they are kept", async () => {
  const text = "1,2,3,4,5,6,7,8\n".repeat(20_000); // 320 kB of text, 1.22 MB of doubles
  await expect(tableOf(text, {maxMegabytes: 1})).rejects.toThrow(
    "t.csv: expected at most 1 MB (--max-megabytes), got 2 MB of numbers",
  );
  expect((await tableOf(text, {maxMegabytes: 2})).rows).toBe(20_000);
});

test("a record without an end, or of too many cells, is refused", async () => {
  await expect(tableOf(`a,b\n1,2\n"${"x".repeat(2 ** 24 + 2 ** 23)}`, {}, "t.csv")).rejects.toThrow(
    "t.csv, line 3: expected at most 16,777,216 characters in a row",
  );
  await expect(tableOf(`${"1,".repeat(201)}1\n${"1,".repeat(201)}1\n`, {maxMegabytes: 1})).rejects.toThrow(
    "t.csv, line 2: expected at most 200 columns (200 a megabyte of --max-megabytes), got 202",
  );
});

describe("what is told of columns", () => {
  test("of words alone are the first three, and whether there are more", async () => {
    const words = (count: number) => tableOf(`${Array(count).fill("x").join(",")}\n`.repeat(2)).catch((e) => e.message);
    const reasons = [1, 2, 3].map((c) => `"column ${c}": it holds words`);
    expect(await words(3)).toMatch(new RegExp(`got none in 2 rows \\(${reasons.join("; ")}\\)$`));
    expect(await words(4)).toMatch(new RegExp(`got none in 2 rows \\(${reasons.join("; ")}; …\\)$`));
    expect((await tableOf("\n \n").catch((e) => e)).message).toMatch(/got none in 0 rows$/);
  });

  test("of one name are up to six names", async () => {
    const table = (count: number) => {
      const names = Array.from({length: count}, (_, n) => `n${n},n${n}`).join(",");
      return tableOf(
        `${names}\n${Array(2 * count)
          .fill(1)
          .join(",")}\n`,
      );
    };
    expect((await table(1)).notes).toEqual([
      'more than one column is named "n0": the later ones are "n0 (2)" and so on',
    ]);
    const six = '"n0", "n1", "n2", "n3", "n4", "n5"';
    expect((await table(6)).notes[0]).toContain(`is named ${six}: the later ones`);
    expect((await table(7)).notes[0]).toContain(`is named ${six}, …: the later ones`);
  });

  test("that count the rows is that they are left out only where they have no name", async () => {
    expect((await tableOf("id,a\n1,5\n2,7\n3,9\n")).names).toEqual(["id", "a"]);
    const {names, unused} = await tableOf(",a\n1,5\n2,7\n3,9\n");
    expect([names, unused[0].reason]).toEqual([["a"], "it has no name and counts the rows"]);
  });

  test("that are not used is why", async () => {
    const {unused, names} = await tableOf(
      "a;b;c;d;e;f\n1.5;2.5;1,5;1.5;inf;1\n2.5;1.5;2,5;0,5;inf;\n3.5;2.5;3,5;0,7;;2\n4.5;2.5;4,5;2.5;inf;\n",
    );
    expect(names).toEqual(["a", "b", "f"]); // half of the rows are enough
    expect(unused.map(({reason}) => reason)).toEqual([
      'its numbers do not have the decimal point that others have, as "1,5" in line 2',
      '2 cells of 4 are no numbers, as "0,5" in line 3',
      "it has no finite number",
    ]);
  });
});

describe("what is told of gaps", () => {
  test("are the columns that have some, up to six", async () => {
    const table = (gaps: number) => {
      const row = (cell: (c: number) => string) => Array.from({length: 9}, (_, c) => cell(c)).join(",");
      const names = row((c) => `n${c}`);
      return tableOf(`${names}\n${row(() => "1")}\n${row((c) => (c < gaps ? "NA" : "2"))}\n${row(() => "3")}\n`);
    };
    const listed = (count: number) => Array.from({length: count}, (_, c) => `"n${c}" (line 3)`).join(", ");
    const note = (words: string) =>
      `1 row of 3 left out, without a finite number in ${words} (--missing mean keeps them)`;
    expect((await table(0)).notes).toEqual([]);
    expect((await table(1)).notes).toEqual([note(listed(1))]);
    expect((await table(6)).notes).toEqual([note(listed(6))]);
    expect((await table(8)).notes).toEqual([note(`${listed(6)} and 2 more columns`)]);
  });

  test("are infinite numbers, in the singular and the plural", async () => {
    const noteOf = async (cell: string) => (await tableOf(`a,b\n1,2\ninf,3\n2,${cell}\n4,5\n`)).notes[0];
    expect(await noteOf("1")).toContain("; 1 cell of them is infinite (");
    expect(await noteOf("-inf")).toContain("; 2 cells of them are infinite (");
  });

  test("is the cell's own text, in whatever column", async () => {
    await expect(tableOf("a,b\n1,2\n3,n/a\n", {missing: "refuse"})).rejects.toThrow(
      't.csv, line 3: expected a finite number in "b", got "n/a"',
    );
    await expect(tableOf("sep=;\na;b\n1;2\n-inf;3\n", {missing: "refuse"})).rejects.toThrow(
      't.csv, line 4: expected a finite number in "a", got "-inf"',
    );
  });
});

describe("limits", () => {
  test("are not reached by numbers that fit just so, nor by as many columns as there may be", async () => {
    const numbers = "1,2,3,4,5,6,7,8\n".repeat(2 ** 14); // 1 MiB of doubles
    expect((await tableOf(numbers, {maxMegabytes: 1})).rows).toBe(2 ** 14);
    expect((await tableOf(`${"1,".repeat(199)}1\n`.repeat(2), {maxMegabytes: 1})).columns).toBe(200);
  });

  test("of a label by itself are sixty words, of which one comes again", async () => {
    const labelOf = async (words: number, times: number) => {
      const lines = Array.from({length: words * times}, (_, n) => `w${n % words},${n}.5`);
      return (await tableOf(lines.join("\n"))).label?.name;
    };
    expect([await labelOf(60, 2), await labelOf(61, 2), await labelOf(5, 1)]).toEqual([
      "column 1",
      undefined,
      undefined,
    ]);
    expect((await tableOf("a,1.5\n")).label).toEqual({name: "column 1", cells: ["a"]});
    const thousand = Array.from({length: 1000}, (_, n) => `${n / 8},${n % 7}`).join("\n");
    expect(new Set((await tableOf(`a,b\n${thousand}`, {label: "a"})).label?.cells).size).toBe(1000);
  });
});

test("one line of numbers is a row, and empty lines are no lines of separators", async () => {
  expect(rowsOf(await tableOf("1.5,2\n"))).toEqual([[1.5, 2]]);
  const {notes, form} = await tableOf("a,b\n\n1,2\n\n3,4\n");
  expect([notes, form]).toEqual([
    [],
    "CSV, UTF-8, commas between cells, decimal point, the first line names the columns",
  ]);
  expect((await tableOf("1,5\n2,5\n", {decimal: "comma"})).form).toBe(
    "CSV, UTF-8, one cell a line, decimal comma, no line of names",
  );
});

test("only one of --header and --no-header may be given", async () => {
  await expect(tableOf("a\n1\n", {header: true, noHeader: true})).rejects.toThrow(
    "--header: expected only one of --header and --no-header, got both",
  );
});
