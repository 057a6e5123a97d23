import {existsSync} from "node:fs";
import {join} from "node:path";

import {UserError} from "../../nouns/options";
import {bestOf, exactMatch, wordsF1} from "../../numbers/answers";
import {type Check, checked} from "../record/verify-run";
import {
  type KeptQuestion,
  type Look,
  readAnswers,
  readCheckpoint,
  readFacts,
  readLooks,
  readQuestions,
  readTracked,
} from "./files";
import {networkFolder} from "./find";
import {readHuggingFace} from "./hugging-face";
import {keptAt} from "./kept-looks";

/** The largest difference of two means that rounding in double precision explains. */
const ROUNDING = 1e-9;

/**
 * Checks a reader's run: reads all its files, and computes exact match and F1 of each look again from the saved
 * answers.
 */
export async function* verifyReader(folder: string): AsyncGenerator<Check> {
  const facts = yield* checked("qa.json", () => readFacts(folder));
  const looks = (yield* checked("looks.jsonl", () => readLooks(folder))) ?? [];
  const questions = yield* checked("questions.json", () => readQuestions(folder));
  yield* checked("model", async () => readHuggingFace(networkFolder(folder)));
  if (existsSync(join(folder, "checkpoint.safetensors"))) yield* checked("checkpoint", () => readCheckpoint(folder));
  for (const [n, look] of looks.entries()) {
    const keeping = keptAt(facts?.kept, n);
    for (const {question} of keeping.light ? look.tracked : []) {
      yield* checked(`question ${question} tracked at step ${look.step}`, async () => {
        const arrays = await readTracked(folder, look.step, question);
        if (!arrays)
          throw new UserError(`question ${question}: expected its tracked numbers at step ${look.step}, got none`);
      });
    }
    if (questions) yield* checked(`answers at step ${look.step}`, () => compareAnswers(folder, look, questions));
  }
}

async function compareAnswers(folder: string, look: Look, questions: readonly KeptQuestion[]): Promise<void> {
  const answers = await readAnswers(folder, look.step);
  if (!answers) return; // an earlier version kept none
  if (answers.length !== questions.length) {
    throw new UserError(`answers: expected ${questions.length}, as many as questions, got ${answers.length}`);
  }
  const mean = (score: (text: string, gold: string) => number) =>
    answers.reduce((sum, [from, to], n) => {
      const golds = questions[n].answers.map(({text}) => text);
      return sum + bestOf(score, questions[n].context.slice(from, to), golds);
    }, 0) / Math.max(1, answers.length);
  for (const [name, told, found] of [
    ["exact match", look.exactMatch, mean((a, b) => Number(exactMatch(a, b)))],
    ["F1", look.f1, mean(wordsF1)],
  ] as const) {
    if (!(Math.abs(told - found) <= ROUNDING)) throw new UserError(`${name}: expected ${told}, got ${found}`);
  }
}
