/**
 * @file Measures how well the tests protect the sources: it changes one operator at a time, and checks whether the
 * tests nearest to the file (by imports) fail. `npm run mutants -- --count 40 --seed 1 --only src/lime`. Sources are
 * put back, also after Ctrl-C.
 */
import {type ChildProcess, spawn} from "node:child_process";
import {existsSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {dirname, join, relative} from "node:path";
import ts from "typescript";

import {fork} from "../src/nouns/random";

const ROOT = join(__dirname, "..");
/**
 * The operator that takes the place of each operator. The change must change results, or it would be no fault: equality
 * becomes inequality, a sum becomes a difference.
 */
const FLIPS: {readonly [operator: string]: string} = {
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "&&": "||",
  "||": "&&",
  "??": "&&",
};
/**
 * Files that are written by programs, that are compiled to WebAssembly (only their binaries run), or that contain only
 * types.
 */
const LEFT_OUT = /\/kernels\/|\.d\.ts$|kernel-heads|\/types\.ts$|\/nouns\/(network|samples)\.ts$/;
/** How many test files are run first, and how many in all. If the first ones miss a mutant, the others are run. */
const ASKED = [6, 24];
/**
 * How many seconds one run may take. If a mutant takes longer, its tests are run without it: if they need less than
 * half of this time, the mutant never ends and is caught. Otherwise it is neither caught nor missed, and is counted
 * separately.
 */
const MOST_SECONDS = 600;

/** Files that another file starts as a process, builds, or starts in a thread, and therefore does not import. */
const STARTED: {readonly [file: string]: readonly string[]} = {
  "test/support/command.ts": ["runner.ts"],
  "test/support/library-suite.ts": ["src/index.ts"],
  "src/pipeline/jobs/thread.ts": ["src/tasks/worker.ts"],
};

interface Place {
  readonly file: string;
  readonly at: number;
  readonly from: string;
  readonly line: number;
}

/** Every operator in a file that can be changed. `+` between texts is left out, because it joins them. */
function placesIn(file: string): Place[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), "utf8"), ts.ScriptTarget.ES2022, true);
  const places: Place[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node)) {
      const from = node.operatorToken.getText();
      const joins =
        from === "+" &&
        [node.left, node.right].some((side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side));
      const at = node.operatorToken.getStart();
      if (FLIPS[from] && !joins) places.push({file, at, from, line: source.getLineAndCharacterOfPosition(at).line + 1});
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return places;
}

/** The project's own modules that a file imports, as paths from the root. Imports inside its texts do not count. */
function importsOf(file: string): string[] {
  const {importedFiles} = ts.preProcessFile(readFileSync(join(ROOT, file), "utf8"), true, true); // and what is required late
  return importedFiles
    .filter(({fileName}) => fileName.startsWith("."))
    .flatMap(({fileName}) => {
      const path = join(ROOT, dirname(file), fileName);
      return [path, `${path}.ts`, join(path, "index.ts")].filter((one) => one.endsWith(".ts") && existsSync(one));
    })
    .map((path) => relative(ROOT, path));
}

/** How many imports lead from each test to the files that it reaches. */
function distances(): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const imports = new Map<string, readonly string[]>();
  const importsFrom = (file: string): readonly string[] => {
    const known = imports.get(file);
    if (known) return known;
    const found = /^(src|test|runner).*\.ts$/.test(file) ? importsOf(file) : [];
    found.push(...(STARTED[file] ?? []));
    imports.set(file, found);
    return found;
  };
  const tests = readdirSync(join(ROOT, "test"), {recursive: true, encoding: "utf8"})
    .map((name) => `test/${name.replaceAll("\\", "/")}`)
    .filter((name) => name.endsWith(".test.ts") && !name.startsWith("test/full/"))
    .sort();
  return new Map(
    tests.map((test) => {
      const reached = new Map([[test, 0]]);
      for (const [file, steps] of reached)
        for (const next of importsFrom(file)) if (!reached.has(next)) reached.set(next, steps + 1);
      return [test, reached];
    }),
  );
}

/** The tests to run for a file, the nearest first. The page's code is reached by a browser, and not by an import. */
function testsOf(file: string, reach: ReadonlyMap<string, ReadonlyMap<string, number>>): string[] {
  if (file.includes("/client")) return bySharedWords(file, reach);
  const steps = (test: string) => reach.get(test)?.get(file) ?? Number.POSITIVE_INFINITY;
  return [...reach.keys()].filter((test) => steps(test) < Number.POSITIVE_INFINITY).sort((a, b) => steps(a) - steps(b));
}

/**
 * Returns the tests of the page, first those that share most words with the file. Rare words, such as a panel's class,
 * count most.
 */
function bySharedWords(file: string, reach: ReadonlyMap<string, unknown>): string[] {
  const wordsIn = (path: string) => new Set(readFileSync(join(ROOT, path), "utf8").match(/[\w-]{3,}/g));
  const tests = [...reach.keys()].filter((test) => /test\/(report|page|pipeline\/labels)\//.test(test));
  const words = new Map(tests.map((test) => [test, wordsIn(test)]));
  const scores = new Map(tests.map((test) => [test, 0]));
  for (const word of wordsIn(file)) {
    const having = tests.filter((test) => words.get(test)?.has(word));
    for (const test of having) scores.set(test, (scores.get(test) ?? 0) + 1 / having.length);
  }
  return tests.sort((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0));
}

/** The run of tests that is going on. Its processes form a group, because a mutant may loop in a worker for ever. */
let running: ChildProcess | undefined;

function killAll({pid}: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // all have ended
  }
}

/** Runs tests until one fails. @returns The exit code; undefined if the run took too long, or did not start. */
async function exitOf(tests: readonly string[], mostSeconds = MOST_SECONDS): Promise<number | undefined> {
  const child = spawn("npx", ["vitest", "run", ...tests, "--bail", "1", "--reporter", "dot"], {
    ...{cwd: ROOT, stdio: "ignore", detached: true},
  });
  running = child;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killAll(child);
  }, mostSeconds * 1000);
  const code = await new Promise<number | undefined>((resolve) => {
    child.once("error", () => resolve(undefined));
    child.once("exit", (exit) => resolve(exit ?? 1));
  });
  clearTimeout(timer);
  killAll(child);
  running = undefined;
  return late ? undefined : code;
}

/**
 * Runs the tests on the mutant that is on the disk, and gives their verdict.
 *
 * @param putBack Takes the mutant off the disk.
 */
async function verdict(tests: readonly string[], putBack: () => void): Promise<"caught" | "MISSED" | "SLOW"> {
  let asked = 0;
  for (const most of ASKED) {
    const some = tests.slice(asked, most);
    if (some.length === 0) break;
    asked += some.length;
    const code = await exitOf(some);
    if (code === undefined) {
      putBack();
      return (await exitOf(some, MOST_SECONDS / 2)) === 0 ? "caught" : "SLOW";
    }
    if (code !== 0) return "caught";
  }
  return "MISSED";
}

async function main(argv: readonly string[]): Promise<void> {
  const given = (name: string, initial: string) => argv[argv.indexOf(`--${name}`) + 1 || argv.length] ?? initial;
  const [count, seed, only] = [Number(given("count", "40")), Number(given("seed", "0")), given("only", "src")];
  const random = fork(seed, "mutants");
  const files = readdirSync(join(ROOT, "src"), {recursive: true, encoding: "utf8"})
    .map((name) => `src/${name.replaceAll("\\", "/")}`)
    .filter((name) => name.endsWith(".ts") && name.startsWith(only) && !LEFT_OUT.test(name))
    .sort();
  const withPlaces = files.map(placesIn).filter((places) => places.length > 0);
  const reach = distances();
  const counts = {caught: 0, MISSED: 0, SLOW: 0};
  for (let n = 0; n < count; n++) {
    const places = withPlaces[Math.floor(random() * withPlaces.length)]; // a file, then a place: long files count once
    const place = places[Math.floor(random() * places.length)];
    const path = join(ROOT, place.file);
    const text = readFileSync(path, "utf8");
    const putBack = () => writeFileSync(path, text);
    const onSignal = () => {
      if (running) killAll(running);
      putBack();
      process.exit(130);
    };
    process.once("SIGINT", onSignal);
    let found: keyof typeof counts;
    try {
      writeFileSync(path, text.slice(0, place.at) + FLIPS[place.from] + text.slice(place.at + place.from.length));
      found = await verdict(testsOf(place.file, reach), putBack);
    } finally {
      putBack();
      process.off("SIGINT", onSignal);
    }
    counts[found]++;
    console.log(`${found}  ${place.file}:${place.line}  ${place.from} → ${FLIPS[place.from]}`);
  }
  const slow = counts.SLOW > 0 ? `, ${counts.SLOW} were not settled within ${MOST_SECONDS} s` : "";
  console.log(`${counts.caught} of ${count} were caught${slow} (seed ${seed})`);
}

void main(process.argv.slice(2));
