import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import type {Command} from "../../src/cli/command";
import {inWordsOfOurs, unknownCommand, unknownTopic} from "../../src/cli/mistakes";
import {temporaryFolder} from "../support/idx-files";

describe("a word in the place of a command", () => {
  const folder = temporaryFolder();
  for (const name of ["rows.npz", "rows.npy", "rows.tsv.gz", "notes.txt"]) writeFileSync(join(folder, name), "");

  test.each([
    ["rows.npz", "map "],
    ["rows.npz:points", "map "],
    ["rows.npy", "map "],
    ["rows.tsv.gz", "map "],
    [".", "--data "],
    ["notes.txt", undefined],
    ["gone.npz:points", undefined],
    ["gone.csv", undefined],
  ])("%s is met with what takes it: %s", async (name, hint) => {
    const word = join(folder, name);
    const {message, code} = await unknownCommand(word, folder);
    const words = hint === undefined ? "--help lists them" : `did you mean ${hint}${word}?`;
    expect(message).toBe(`"${word}": expected a known command, got this one; ${words}`);
    expect(code).toBe("BAD_OPTION");
  });
});

test("a topic of help is met with the nearest one, if one is near", () => {
  const topics = ["lime", "saliency"];
  expect(unknownTopic("lmie", topics).message).toBe(
    '--help: expected one of lime, saliency, got "lmie"; did you mean lime?',
  );
  expect(unknownTopic("xyzzy", topics).message).toBe('--help: expected one of lime, saliency, got "xyzzy"');
});

/** A command with two positionals, the first of which is one of two words. */
const toy: Command = {
  command: "toy <verb> <run>",
  describe: "do something with a run",
  builder(cli) {
    cli.positional("verb", {choices: ["show", "hide"], describe: "what to do"});
    cli.positional("run", {describe: "a name"});
  },
  handler: async () => 0,
};
const plain: Command = {command: "plain", describe: "do something", builder() {}, handler: async () => 0};

test.each([
  [toy, "Not enough arguments following: save", [], "--save: expected a value, got none"],
  [
    toy,
    "Not enough non-option arguments: got 0, need at least 2",
    [],
    "toy: expected show, hide, got none; `toy --help` shows how",
  ],
  [
    toy,
    "Not enough non-option arguments: got 1, need at least 2",
    ["--quiet", "show"],
    "toy: expected a name, got none; `toy --help` shows how",
  ],
  [
    toy,
    'Invalid values:\n  Argument: verb, Given: "shwo", Choices: "show", "hide"',
    [],
    'toy: expected one of show, hide, got "shwo"; did you mean show?',
  ],
  [
    toy,
    'Invalid values:\n  Argument: size, Given: "xyzzy", Choices: "big", "small"',
    [],
    '--size: expected one of big, small, got "xyzzy"',
  ],
  [
    toy,
    "Unknown argument: epoch",
    ["--epoch=3"],
    "--epoch: expected a known flag, got this one; did you mean --epochs?",
  ],
  [
    toy,
    "Unknown arguments: xyzzy, epoch",
    ["-xyzzy", "--epoch"],
    "-xyzzy: expected a known flag, got this one; `toy --help all` lists them; --epoch: expected a known flag, got this one; did you mean --epochs?",
  ],
  [
    toy,
    "Unknown argument: more",
    ["more"],
    '"more": expected nothing more after toy, got this; `toy --help` shows how',
  ],
  [
    plain,
    "Unknown argument: more",
    ["more"],
    '"more": expected flags after plain, got this; `plain --help` shows them',
  ],
  [toy, "Another error", [], "Another error"],
])("an error of yargs is put in words of ours: %#", async (command, message, rest, words) => {
  const name = command === toy ? "toy" : "plain";
  const context = {name, command, rest, flags: ["epochs", "save"]};
  expect((await inWordsOfOurs(new Error(message), context)).message).toBe(words);
});
