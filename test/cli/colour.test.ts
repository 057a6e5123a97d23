import {expect, test} from "vitest";

import {isColoured} from "../../src/cli/colour";

test.each([
  [[], {}, true, true],
  [[], {}, false, false],
  [[], {TERM: "dumb"}, true, false],
  [[], {TERM: "xterm"}, true, true],
  [[], {NO_COLOR: "1"}, true, false],
  [[], {NO_COLOR: ""}, true, true], // an empty one does not count
  [[], {FORCE_COLOR: "1"}, false, true],
  [[], {FORCE_COLOR: "0"}, true, false],
  [[], {FORCE_COLOR: "1", NO_COLOR: "1"}, true, false],
  [["--color", "always"], {NO_COLOR: "1"}, false, true],
  [["--color=always"], {}, false, true],
  [["run", "--color", "never"], {FORCE_COLOR: "1"}, true, false],
  [["--color=never"], {}, true, false],
  [["--no-color"], {FORCE_COLOR: "1"}, true, false],
  [["--color", "always", "--no-color"], {}, true, false],
  [["--color", "never", "--color=always"], {}, false, true], // the last one counts
  [["--color=auto"], {}, true, true],
  [["--color", "auto"], {}, false, false],
  [["--name", "always"], {}, false, false],
  [["always"], {}, false, false],
  [["never"], {}, true, true],
] as const)("with %j and %j, on a terminal: %s, colours are on: %s", (argv, env, isTerminal, expected) => {
  expect(isColoured(argv, {...env}, isTerminal)).toBe(expected);
});
