import {describe, expect, test} from "vitest";

import {catalogue} from "../../src/cli/catalogue";
import type {Command} from "../../src/cli/command";
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
  [["--quiet", "labels"], "labels", ["--quiet"]],
  [["run", "--", "labels"], "run", ["--", "labels"]],
  [["--", "labels"], undefined, ["--", "labels"]],
  [["report", "labels"], "report", ["labels"]],
  [["explain", "-"], "explain", ["-"]],
  [["--help", "--quiet", "labels"], "labels", ["--quiet"]],
])("in %j the command is %s", (argv, name, rest) => {
  const line = commandLineOf(argv);
  expect([line.command?.name, line.rest]).toEqual([name, rest]);
});

test("a word that is no command, no flag and no flag's value is told", () => {
  expect(commandLineOf(["--save", "x", "resum"]).stray).toBe("resum");
  expect(commandLineOf(["explain", "cat.jpg"]).stray).toBeUndefined();
  expect(commandLineOf(["explain", "--help", "lime"])).toMatchObject({help: "lime"});
  expect(commandLineOf(["-h"])).toMatchObject({help: ""});
  expect(commandLineOf(["-"]).stray).toBe("-");
  expect(commandLineOf(["a", "b"]).stray).toBe("a"); // the first one
  expect(commandLineOf(["labels"]).help).toBeUndefined();
  expect(commandLineOf(["explain", "--help=lime"])).toMatchObject({help: "lime", word: "explain"});
  expect(commandLineOf(["explain", "--help", "--json"])).toMatchObject({help: "", rest: ["--json"]});
  expect(commandLineOf(["help"])).toMatchObject({help: "", rest: []});
  expect(commandLineOf(["help", "explain", "lime"])).toMatchObject({help: "lime", word: "explain", rest: []});
  expect(commandLineOf(["help", "xyzzy"])).toMatchObject({help: "xyzzy", rest: []});
  expect(commandLineOf(["explain", "help"])).toMatchObject({rest: ["help"], word: "explain"});
});

test("the version is asked for before a command alone", () => {
  expect(commandLineOf(["--version"])).toMatchObject({version: true, rest: []});
  expect(commandLineOf(["run", "--version"])).toMatchObject({version: false, rest: ["--version"]});
  expect(commandLineOf(["run"]).version).toBe(false);
});

describe("the help of a command of its own", () => {
  const toy: Command = {
    command: ["$0", "toy <file>"],
    describe: "play with a file",
    builder(cli) {
      cli.positional("file", {describe: "what to play with"});
      cli.option("size", {describe: "how large it is", group: "Toy:", defaultDescription: "5"});
      cli.option("loud", {describe: "make a noise", group: "Toy:", type: "boolean", default: false});
      cli.option("name", {describe: "its name", group: "Toy:", default: ""});
      cli.option("lime.samples", {describe: "how many masks", group: "Probe lime: superpixels", default: 500});
    },
    handler: async () => 0,
  };
  const line = (left: string, right: string) => `  ${left}`.padEnd(26) + right;
  const flags = [
    ...["Toy:", line("--size", "how large it is [5]"), line("--loud", "make a noise"), line("--name", "its name"), ""],
    ...["lime: superpixels", line("--lime.samples", "how many masks [500]"), "", "Output:"],
  ];

  test("has every flag in its group, with its default, if it has no short text", () => {
    const lines = shortHelp(toy, "npx epochscope");
    expect(lines.slice(0, 4 + flags.length)).toEqual([
      "epochscope toy <file> [flags]",
      "Play with a file.",
      "",
      line("FILE", "what to play with"),
      ...["", ...flags].slice(0, flags.length),
    ]);
    expect(lines.at(-1)).toBe(line("--no-config", "read no file of flags"));
    expect(lines).toContain(line("--color", "auto (on a terminal), always or never; NO_COLOR and"));
    expect(shortHelp({...toy, builder() {}}, "npx epochscope").slice(0, 4)).toEqual([
      "epochscope toy <file> [flags]",
      "Play with a file.",
      "",
      "Output:",
    ]);
  });

  test("has the flags of one topic alone", () => {
    expect(topicHelp(toy, "LIME", "npx epochscope")).toEqual(["lime: superpixels", flags[6]]);
    expect(topicHelp(toy, "toy", "npx epochscope")).toEqual(flags.slice(0, 4));
    expect(topicHelp(toy, "all", "npx epochscope")).toEqual(shortHelp(toy, "npx epochscope"));
  });

  test("has its short text, what else there is, and how the program is started where it is not installed", () => {
    const long = `--size N ${"and".padEnd(12)}`; // with its two spaces it leaves no gap before the words
    const help = {
      usage: "toy FILE",
      rows: [
        ["--size N, --loud", "how large"],
        [long.padEnd(24, "x"), "below"],
      ],
      also: ["name"],
    } as const;
    const lines = shortHelp({...toy, help}, "npx epochscope");
    expect(lines).toEqual([
      "epochscope toy FILE",
      "Play with a file.",
      "",
      line("--size N, --loud", "how large [5]"),
      `  ${long.padEnd(24, "x")}`,
      line("", "below [5]"),
      "Also  --name --json --quiet",
      "More  --help toy, lime; or all",
    ]);
    const more = {...help, examples: ["epochscope toy a"], note: "It is only a toy."};
    const told = shortHelp({...toy, help: more}, "p".repeat(48));
    expect(told.slice(lines.length)).toEqual([
      ...["", "  epochscope toy a", "It is only a toy.", ""],
      `Here you start epochscope with: ${"p".repeat(48)}`, // 80 columns
    ]);
    expect(shortHelp({...toy, help}, "p".repeat(49)).slice(-2)).toEqual([
      "Here you start epochscope with:",
      "p".repeat(49),
    ]);
    const few = {
      ...toy,
      help,
      builder: (cli: Parameters<Command["builder"]>[0]) => void cli.option("a", {group: "A:"}),
    };
    expect(shortHelp(few, "npx epochscope").at(-1)).toBe("More  --help all");
  });
});

test("the list of all commands has words for the daily ones, and the names of the others", () => {
  const lines = topHelp("npx epochscope");
  expect(lines).toContain("  run       train a network, look at it after every epoch (the default)");
  expect(lines).toContain("Also: demo, resume, map, qa, worker, doctor, completion.");
  expect(lines.join("\n")).not.toContain("Here you start");
});

test("only flags that are on or off take no value", () => {
  expect(COMMON.filter(({isBoolean}) => !isBoolean).map(({name}) => name)).toEqual(["color", "config"]);
});
