import {describe, expect, test} from "vitest";

import {catalogue} from "../../src/cli/catalogue";
import {commandLineOf} from "../../src/cli/command-line";
import {COMMON, declaredBy, topicsOf} from "../../src/cli/declared";
import {shortHelp, topHelp, topicHelp} from "../../src/cli/help";

const PROGRAM = "npx ts-node runner.ts";

test("the list of all commands fits a screen of 80 columns and 24 lines, at most nine with words", () => {
  const lines = topHelp(PROGRAM);
  expect(lines.length).toBeLessThanOrEqual(24);
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
  expect(catalogue.filter(({words}) => words !== undefined).length).toBeLessThanOrEqual(9);
});

describe.each(catalogue.map(({name, load}) => [name, load] as const))("%s --help", (_, load) => {
  test("fits a screen of 80 columns", async () => {
    const lines = shortHelp(await load(), PROGRAM);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(lines.length).toBeLessThanOrEqual(34);
  });

  test("names flags that there are, with their defaults", async () => {
    const command = await load();
    const {flags} = declaredBy((cli) => command.builder(cli));
    const known = new Set([...flags, ...COMMON].map(({name}) => name));
    const {rows = [], also = []} = command.help ?? {};
    const words = rows.flat().join(" ");
    const named = [...words.matchAll(/--([a-z][\w.-]*[a-z])/g)].map(([, name]) => name);
    for (const name of [...named, ...also]) expect(known, name).toContain(name);
  });

  test("has all flags under `all`, and each under its topic", async () => {
    const command = await load();
    const all = topicHelp(command, "all", PROGRAM)?.join("\n");
    const topics = topicsOf(command).flatMap((topic) => topicHelp(command, topic, PROGRAM) ?? []);
    for (const line of topics) expect(line.length, line).toBeLessThanOrEqual(80);
    for (const {name} of declaredBy((cli) => command.builder(cli)).flags) expect(all).toContain(`--${name}`);
    expect(topicHelp(command, "weather", PROGRAM)).toBeUndefined();
  });
});

test("a row ends in the defaults of its flags, in their order; flags that are on or off, and those without one, have none", async () => {
  const explain = await catalogue.find(({name}) => name === "explain")?.load();
  const lines = explain ? shortHelp(explain, PROGRAM) : [];
  const words = lines.join(" ").replace(/\s+/g, " ");
  expect(words).toContain("the input is (pixel in 0..1 × scale − mean) / std [1, 0, 1]");
  expect(words).toContain("gradient, input-x-gradient [lime]");
  expect(words).toContain("(TracIn) --remove N");
  expect(words).toContain("edge orders as controls --classes FILE");
});

test.each([
  [["--epochs", "1", "labels", "suspects"], "labels", ["--epochs", "1", "suspects"]],
  [["--name", "labels"], undefined, ["--name", "labels"]],
  [["--quiet", "report"], "report", ["--quiet"]],
  [["--data=map", "run"], "run", ["--data=map"]],
  [["project", "a.csv"], "map", ["a.csv"]],
  [["--help", "explain"], "explain", []],
  [["help", "sweep"], "sweep", []],
])("in %j the command is %s", (argv, name, rest) => {
  const line = commandLineOf(argv);
  expect([line.command?.name, line.rest]).toEqual([name, rest]);
});

test("a word that is no command, no flag and no flag's value is told", () => {
  expect(commandLineOf(["--save", "x", "resum"]).stray).toBe("resum");
  expect(commandLineOf(["explain", "cat.jpg"]).stray).toBeUndefined();
  expect(commandLineOf(["explain", "--help", "lime"])).toMatchObject({help: "lime"});
  expect(commandLineOf(["-h"])).toMatchObject({help: ""});
});
