/**
 * @file How well the tests hold the sources: flips one operator at a time and sees whether the tests that reach the file fail.
 * `npm run mutants -- --count 40 --seed 1 --only src/lime`. Sources are put back, also after Ctrl-C.
 */
import {spawnSync} from "node:child_process";
import {readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import ts from "typescript";

import {fork} from "../src/nouns/random";

const ROOT = join(__dirname, "..");
/** What each operator becomes. A flip that changes no result would be no fault: equality is turned round, a sum is a difference. */
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
/** Written by programs, compiled to WebAssembly (their binaries are what runs), or types alone. */
const LEFT_OUT = /\/kernels\/|\.d\.ts$|kernel-heads|\/types\.ts$|\/nouns\/(network|samples)\.ts$/;
/** Seconds that the tests of one file may take; longer counts as caught: the mutant does not end. */
const MOST_SECONDS = 300;

interface Place {
  readonly file: string;
  readonly at: number;
  readonly from: string;
  readonly line: number;
}

/** Every operator that can be flipped in a file. Texts are left alone: `+` between strings joins them. */
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

/** Whether the tests that reach the file fail. The page's code is reached by a browser, and not by an import. */
function isCaught({file}: Place): boolean {
  const tests = file.includes("/client") ? ["run", "test/report", "test/labels.test.ts"] : ["related", file, "--run"];
  const args = ["vitest", ...tests, "--bail", "1", "--reporter", "dot"];
  const {status} = spawnSync("npx", args, {
    cwd: ROOT,
    stdio: "ignore",
    timeout: MOST_SECONDS * 1000,
    killSignal: "SIGKILL",
  });
  return status !== 0;
}

function main(argv: readonly string[]): void {
  const given = (name: string, initial: string) => argv[argv.indexOf(`--${name}`) + 1 || argv.length] ?? initial;
  const [count, seed, only] = [Number(given("count", "40")), Number(given("seed", "0")), given("only", "src")];
  const random = fork(seed, "mutants");
  const files = readdirSync(join(ROOT, "src"), {recursive: true, encoding: "utf8"})
    .map((name) => `src/${name.replaceAll("\\", "/")}`)
    .filter((name) => name.endsWith(".ts") && name.startsWith(only) && !LEFT_OUT.test(name))
    .sort();
  const withPlaces = files.map(placesIn).filter((places) => places.length > 0);
  let caught = 0;
  for (let n = 0; n < count; n++) {
    const places = withPlaces[Math.floor(random() * withPlaces.length)]; // a file, then a place: long files count once
    const place = places[Math.floor(random() * places.length)];
    const path = join(ROOT, place.file);
    const text = readFileSync(path, "utf8");
    const putBack = () => writeFileSync(path, text);
    const onSignal = () => {
      putBack();
      process.exit(130);
    };
    process.once("SIGINT", onSignal);
    let isFound: boolean;
    try {
      writeFileSync(path, text.slice(0, place.at) + FLIPS[place.from] + text.slice(place.at + place.from.length));
      isFound = isCaught(place);
    } finally {
      putBack();
      process.off("SIGINT", onSignal);
    }
    if (isFound) caught++;
    console.log(`${isFound ? "caught" : "MISSED"}  ${place.file}:${place.line}  ${place.from} → ${FLIPS[place.from]}`);
  }
  console.log(`${caught} of ${count} were caught (seed ${seed})`);
}

main(process.argv.slice(2));
