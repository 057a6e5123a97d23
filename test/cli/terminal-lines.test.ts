import {mkdirSync, symlinkSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {describe, expect, test} from "vitest";

import {barLine} from "../../src/cli/bar-line";
import {epochLine} from "../../src/cli/epoch-line";
import {cut, textWidth, wrapped} from "../../src/cli/fit";
import {knowsLinks} from "../../src/cli/links";
import {openerOf, openPage} from "../../src/cli/open-page";
import {lookingLine} from "../../src/cli/progress";
import {pageLines, placesLines} from "../../src/cli/run-places";
import {forTerminal} from "../../src/cli/terminal";
import {temporaryFolder} from "../support/idx-files";
import {screenOf} from "../support/screen";

/** The visible part of a painted line. */
const seen = (line: string) => screenOf(forTerminal(line), 500).lines[0];

describe("text", () => {
  test("takes two columns for wide characters, none for marks, and what is shown for control characters", () => {
    expect(["abc", "猫と犬", "🐈", "e\u0301", "a\u001bb"].map(textWidth)).toEqual([3, 6, 2, 1, 6]);
  });

  test("is broken between words, and a long word stays whole", () => {
    expect(wrapped("a bb ccc dddd", 6)).toEqual(["a bb", "ccc", "dddd"]);
    expect(wrapped("see /a/very/long/path here", 8)).toEqual(["see", "/a/very/long/path", "here"]);
    expect(wrapped("all of it", Infinity)).toEqual(["all of it"]);
  });

  test("is cut to its columns", () => {
    expect(cut("abcdef", 6)).toBe("abcdef");
    expect(cut("abcdef", 5)).toBe("abcd…");
    expect(cut("猫と犬", 4)).toBe("猫…");
  });
});

describe("a bar", () => {
  const state = {
    label: "epoch 3",
    share: 0.5,
    words: ["loss 0.1234", "accuracy 98.76%"],
    speed: "12,345 images/s",
    left: "0:42",
  };

  test("shortens first, then loses its speed, its figures and its time", () => {
    const parts = (columns: number) => seen(barLine(state, columns)).replace(/━+/, "━").split(/ {2,}/);
    expect(seen(barLine(state, 120)).match(/━+/)?.[0]).toHaveLength(28);
    expect(parts(120)).toEqual(["epoch 3 ━", "50%", "loss 0.1234", "accuracy 98.76%", "12,345 images/s", "0:42 left"]);
    expect(parts(79)).toEqual(parts(120));
    expect(parts(78)).toEqual(["epoch 3 ━", "50%", "loss 0.1234", "accuracy 98.76%", "0:42 left"]);
    expect(parts(60)).toEqual(["epoch 3 ━", "50%", "accuracy 98.76%", "0:42 left"]);
    expect(parts(40)).toEqual(["epoch 3 ━", "50%", "0:42 left"]);
    expect(parts(22)).toEqual(["epoch 3 ━", "50%"]);
  });

  test("fits every width from 20 columns on", () => {
    for (let columns = 20; columns <= 200; columns++) {
      expect(textWidth(seen(barLine(state, columns)))).toBeLessThanOrEqual(columns);
    }
  });
});

describe("an epoch's line", () => {
  const metrics = {
    epoch: 12,
    trainLoss: 0.1,
    trainAccuracy: 0.97,
    validationLoss: 0.2,
    validationAccuracy: 0.96,
    testLoss: 0.3,
    testAccuracy: 0.95,
    seconds: {train: 1.23, evaluate: 1, probes: 2},
    steps: [],
  };

  test("loses the times, the training figures, the losses, in that order", () => {
    const at = (columns: number) => seen(epochLine(metrics, true, columns));
    const part = {
      train: "train 0.1000  97.00%",
      validation: "validation 0.2000  96.00%",
      test: "test 0.3000  95.00%",
    };
    const three = `epoch 12   ${part.train}  ${part.validation}  ${part.test}`;
    expect(at(120)).toBe(`${three}  1.2 s training, 3.0 s looking  best`);
    expect(at(117)).toBe(`${three}  best`);
    expect(at(79)).toBe(`epoch 12   ${part.validation}  ${part.test}  best`);
    expect(at(59)).toBe("epoch 12   validation  96.00%  test  95.00%  best");
    expect(at(40)).toBe("epoch 12   test  95.00%  best");
  });

  test("of a network that was trained elsewhere has no figures of a validation, and those of training if they are known", () => {
    const watched = {...metrics, validationLoss: null, validationAccuracy: null};
    const at = (columns: number, more: object = {}) => seen(epochLine({...watched, ...more}, false, columns));
    const [train, test] = ["train 0.1000  97.00%", "test 0.3000  95.00%"];
    expect(at(90)).toBe(`epoch 12   ${train}  ${test}  3.0 s looking`);
    expect(at(89)).toBe(`epoch 12   ${train}  ${test}`);
    expect(at(58)).toBe(`epoch 12   ${train}  ${test}`); // and "  best" would fit as well
    expect(at(57)).toBe("epoch 12   test  95.00%");
    expect(at(20)).toBe("epoch 12   test  95.00%");
    expect(at(90, {trainLoss: null})).toBe(`epoch 12   ${test}  3.0 s looking`);
    expect(at(90, {trainAccuracy: null})).toBe(`epoch 12   train ${"–".padEnd(14)}  ${test}  3.0 s looking`);
    expect(at(90, {epoch: 0})).toBe(`untrained  ${train}  ${test}  3.0 s looking`);
  });

  test("is laid out alike whether it is the best or not, and fits", () => {
    for (let columns = 32; columns < 130; columns++) {
      const [best, other] = [true, false].map((is) => seen(epochLine(metrics, is, columns)));
      expect(best).toBe(`${other}  best`);
      expect(best.length).toBeLessThanOrEqual(columns);
    }
  });
});

test("what is looked at is named as far as there is room", () => {
  const probes = ["confusion", "saliency", "projection"];
  expect(lookingLine(3, probes, 80)).toBe("looking at epoch 3: confusion, saliency, projection …");
  expect(lookingLine(3, probes, 52)).toBe("looking at epoch 3: confusion, saliency and 1 more …");
  expect(lookingLine(0, probes, 30)).toBe("looking at the untrained netw…");
});

describe("where a run's files are", () => {
  const save = temporaryFolder();
  const path = join(save, "2026-11-29T21-11-32-mnist-cnn");
  for (const folder of ["plots", "artifacts", "model"]) mkdirSync(join(path, folder), {recursive: true});
  symlinkSync("2026-11-29T21-11-32-mnist-cnn", join(save, "latest"));
  const url = (run: string) => pathToFileURL(join(save, run, "report.html")).href;

  test("is a link to the page, by the shorter name where only that fits", () => {
    expect(pageLines(path, Infinity, false).map(seen)).toEqual([`the page  ${url("2026-11-29T21-11-32-mnist-cnn")}`]);
    const columns = "the page  ".length + url("latest").length;
    expect(pageLines(path, columns, false).map(seen)).toEqual([`the page  ${url("latest")}`]);
    expect(pageLines(path, columns - 1, false).map(seen)).toEqual(["the page", url("latest")]);
  });

  test("is one line, or one line each", () => {
    expect(placesLines(path, Infinity)).toHaveLength(1);
    expect(placesLines(path, 100).map((line) => line.split(/ +/)[0])).toEqual(["pictures", "numbers", "model"]);
  });

  test("is a link of the terminal's own where that knows links", () => {
    const {lines, links} = screenOf(pageLines(path, 30, true).map(forTerminal).join("\n"), 500);
    expect(links).toEqual([url("2026-11-29T21-11-32-mnist-cnn")]);
    expect(lines[0]).toMatch(/^the page {2}.*latest\/report\.html$/);
  });
});

test.each([
  [{}, false],
  [{TERM_PROGRAM: "iTerm.app", TERM_PROGRAM_VERSION: "3.5.0"}, true],
  [{TERM_PROGRAM: "iTerm.app", TERM_PROGRAM_VERSION: "3.0.9"}, false],
  [{TERM_PROGRAM: "vscode", TERM_PROGRAM_VERSION: "1.95.1"}, true],
  [{TERM_PROGRAM: "Apple_Terminal"}, false],
  [{WT_SESSION: "1"}, true],
  [{VTE_VERSION: "7006"}, true],
  [{VTE_VERSION: "4601"}, false],
  [{VTE_VERSION: "5000"}, true],
  [{TERM_PROGRAM: "tmux", TMUX: "", TERM_PROGRAM_VERSION: "3.4"}, true],
  [{TMUX: "/tmp/t", TERM_PROGRAM: "tmux", TERM_PROGRAM_VERSION: "4.0"}, true],
  [{TMUX: "/tmp/t", TERM_PROGRAM: "tmux", TERM_PROGRAM_VERSION: "2.9"}, false],
  [{TMUX: "/tmp/t", TERM_PROGRAM: "tmux"}, false],
  [{TERM: "xterm-kitty"}, true],
  [{TERM: "dumb", WT_SESSION: "1"}, false],
  [{TMUX: "/tmp/t", VTE_VERSION: "7006", TERM_PROGRAM: "tmux", TERM_PROGRAM_VERSION: "3.3a"}, false],
  [{TMUX: "/tmp/t", TERM_PROGRAM: "tmux", TERM_PROGRAM_VERSION: "3.4"}, true],
  [{TERM: "screen-256color", VTE_VERSION: "7006"}, false],
  [{FORCE_HYPERLINK: "0", WT_SESSION: "1"}, false],
] as const)("a terminal with %j knows links: %s", (env, expected) => {
  expect(knowsLinks({...env}, true)).toBe(expected);
  expect(knowsLinks({...env}, false)).toBe(false);
});

test("a page is opened by the system's own program, and one that is not there is reported in one line", async () => {
  const programs = (["linux", "darwin", "win32", "freebsd"] as const).map((platform) => openerOf(platform)[0]);
  expect(programs).toEqual(["xdg-open", "open", "cmd", "xdg-open"]);
  const {PATH} = process.env;
  process.env.PATH = temporaryFolder();
  try {
    expect(await openPage("file:///x.html", "linux")).toBe("--open: expected a program xdg-open, got none here");
  } finally {
    process.env.PATH = PATH;
  }
});
