import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";

import {fork} from "../../../src/nouns/random";
import {bestOf, bestSpans, exactMatch, plainAnswer, wordsF1} from "../../../src/numbers/answers";
import {decayFit} from "../../../src/numbers/decay-fit";
import {madeQuestions, withSentencesShuffled} from "../../../src/pipeline/data/text/made-questions";
import {questionsOf} from "../../../src/pipeline/data/text/questions";
import {windowsOf} from "../../../src/pipeline/data/text/windows";
import {vocabularyOf, WordPiece} from "../../../src/pipeline/data/text/word-piece";
import {phaseChange} from "../../../src/pipeline/qa/phase";

describe("answers are judged as SQuAD's script does", () => {
  // evaluate-v1.1.py: normalize_answer, exact_match_score, f1_score
  test.each([
    ["The Cat!", "cat"],
    ["a  dog, an ape", "dog ape"],
    ["$3.50", "350"],
    ["Theatre", "theatre"],
  ])("%s is plainly %s", (text, plain) => {
    expect(plainAnswer(text)).toBe(plain);
  });

  test.each<[string, string, boolean, number]>([
    ["the red house", "Red House.", true, 1],
    ["red house", "the big red house", false, 0.8], // 2 of 2 and 2 of 3 words
    ["on the shelf", "in a cabinet", false, 0],
    ["", "cat", false, 0],
    ["the", "a", true, 1], // nothing is left of either
    ["to to be", "to be be", false, 2 / 3],
  ])("%j for %j: exact %s, F1 %d", (answer, gold, exact, f1) => {
    expect(exactMatch(answer, gold)).toBe(exact);
    expect(wordsF1(answer, gold)).toBeCloseTo(f1, 12);
  });

  test("the best of several right answers counts, and no answer where none is right", () => {
    expect(bestOf(wordsF1, "red house", ["a hut", "the red house"])).toBe(1);
    expect([bestOf(wordsF1, "", []), bestOf(wordsF1, "hut", [])]).toEqual([1, 0]);
  });

  // SQuAD 2.0's functions by transformers: test/fixtures/questions/make_scores.py
  const scores: {answer: string; golds: string[]; plain: string; exact: number; f1: number}[] = JSON.parse(
    readFileSync("test/fixtures/questions/scores.json", "utf8"),
  );
  test.each(scores)("$answer for $golds, as SQuAD's script has it", ({answer, golds, plain, exact, f1}) => {
    expect(plainAnswer(answer)).toBe(plain);
    expect(bestOf((a, b) => Number(exactMatch(a, b)), answer, golds)).toBe(exact);
    expect(bestOf(wordsF1, answer, golds)).toBeCloseTo(f1, 14);
  });
});

test("the best spans end not before they start, and are all of them where one looks at every pair", () => {
  const random = fork(1, "spans");
  const [start, end] = [0, 1].map(() => Float32Array.from({length: 50}, () => random() * 4 - 2));
  const all: {start: number; end: number; score: number}[] = [];
  for (let i = 5; i < 45; i++) {
    for (let j = i; j < Math.min(45, i + 30); j++) all.push({start: i, end: j, score: start[i] + end[j]});
  }
  all.sort((a, b) => b.score - a.score);
  expect(bestSpans(start, end, 5, 45, 7)).toEqual(all.slice(0, 7));
});

describe("questions", () => {
  const row = {id: "1", question: "Where?", context: "In Rome.", answers: [{text: "Rome", answer_start: 3}]};
  const expected = [{id: "1", question: "Where?", context: "In Rome.", answers: [{text: "Rome", start: 3}]}];

  test.each<[string, unknown]>([
    ["rows", [row]],
    ["rows with columns of answers", [{...row, answers: {text: ["Rome"], answer_start: [3]}}]],
    [
      "columns",
      {id: ["1"], question: ["Where?"], context: ["In Rome."], answers: [{text: ["Rome"], answer_start: [3]}]},
    ],
    ["SQuAD", {version: "1.1", data: [{title: "t", paragraphs: [{context: "In Rome.", qas: [row]}]}]}],
  ])("are read from %s", (_, json) => {
    expect(questionsOf(json, "q.json")).toEqual(expected);
  });

  test("without an answer are SQuAD 2.0's", () => {
    expect(questionsOf([{...row, answers: []}], "q.json")[0].answers).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    [
      "another answer in the text",
      [{...row, answers: [{text: "Rom3", answer_start: 3}]}],
      'q.json: question 0: expected the answer "Rom3" at place 3, got "Rome"',
    ],
    ["no text", [{id: 1, question: "Where?"}], "q.json: question 0: expected context as text, got undefined"],
    [
      "columns of unequal length",
      {question: ["a", "b"], context: ["c"], answers: []},
      "q.json: expected 2 values in context, got 1",
    ],
    [
      "nothing of the kind",
      {a: 1},
      "q.json: expected SQuAD's data, a list of rows, or columns question, context and answers, got none of them",
    ],
    ["nothing at all", [], "q.json: expected questions, got none"],
  ])("with %s are refused in one line", (_, json, message) => {
    expect(() => questionsOf(json, "q.json")).toThrow(message);
  });

  test("that are made are the same for a seed, and each answer stands where it says", () => {
    const made = madeQuestions(300, 3, "train");
    expect(madeQuestions(300, 3, "train")).toEqual(made);
    expect(madeQuestions(300, 3, "test")).not.toEqual(made);
    for (const {question, context, answers} of made) {
      const [{text, start}] = answers;
      expect(context.slice(start, start + text.length)).toBe(text);
      // the answer's sentence is about the event that is asked about
      const event = question.replace(/^.* (\w+)\?$/, "$1");
      const sentence = context.slice(0, start).split(". ").pop() as string;
      expect(sentence.toLowerCase().startsWith(event)).toBe(true);
    }
  });

  test("with their sentences in another order keep their answers", () => {
    const random = fork(1, "shuffle");
    let moved = 0;
    for (const question of madeQuestions(100, 4, "train")) {
      const other = withSentencesShuffled(question, random);
      const [{text, start}] = other.answers;
      expect(text).toBe(question.answers[0].text);
      expect(other.context.slice(start, start + text.length)).toBe(text);
      expect(other.context.split(/(?<=\.) /).sort()).toEqual(question.context.split(/(?<=\.) /).sort());
      if (other.context !== question.context) moved++;
    }
    expect(moved).toBeGreaterThan(50);
  });
});

describe("words", () => {
  const words = new WordPiece(vocabularyOf(["Lunch is at noon.", "Tea is at four."]));

  test("of a vocabulary of one's own are whole, and others are spelt", () => {
    expect(words.tokenize("Lunch at NOON!").map(({text}) => text)).toEqual(["lunch", "at", "noon", "[UNK]"]);
    expect(words.tokenize("nun").map(({text}) => text)).toEqual(["n", "##u", "##n"]);
  });

  test("have their places in the text as it was given", () => {
    const text = "Tea is  at four.";
    expect(words.tokenize(text).map(({from, to}) => text.slice(from, to))).toEqual(["Tea", "is", "at", "four", "."]);
  });
});

describe("windows", () => {
  const words = new WordPiece(vocabularyOf(["a b c d e f g h i j k l m n o p q r s t ?"]));
  const question = {
    id: "q",
    question: "b ?",
    context: "a b c d e f g h i j k l m n o p q r s t",
    answers: [{text: "m n", start: 24}],
  };

  test("of a long text overlap by the stride, cover all of it, and hold the answer where it is whole", () => {
    const windows = windowsOf([question], words, {longest: 15, stride: 4}); // room for 10 tokens
    expect(windows.map(({tokens}) => tokens.map(({text}) => text).join(""))).toEqual([
      "abcdefghij",
      "ghijklmnop",
      "mnopqrst",
    ]);
    expect(windows.map(({start, end}) => [start, end])).toEqual([
      [0, 0],
      [10, 11],
      [4, 5],
    ]);
    for (const {ids, types, first, tokens} of windows) {
      expect(ids.slice(first, first + tokens.length)).toEqual(tokens.map(({id}) => id));
      expect([ids[0], ids[first - 1], ids[ids.length - 1]].map((id) => words.vocabulary[id])).toEqual([
        "[CLS]",
        "[SEP]",
        "[SEP]",
      ]);
      expect(types.filter((type) => type === 1)).toHaveLength(tokens.length + 1);
    }
  });

  test("too short for the question are refused", () => {
    expect(() => windowsOf([question], words, {longest: 5, stride: 4})).toThrow(
      /question q: expected room for the text beside 2 tokens/,
    );
    expect(() => windowsOf([question], words, {longest: 9, stride: 4})).toThrow(
      /got a window of 9 tokens with 4 shared/,
    );
  });
});

describe("a phase change", () => {
  const curve = (...values: number[]) => values.map((value, n) => ({step: 10 * n, value}));

  test("is the shortest span that holds half of the gain", () => {
    expect(phaseChange(curve(0, 0.1, 0.1, 0.7, 0.8, 0.9))).toEqual({from: 20, to: 30, share: (0.7 - 0.1) / 0.9});
    expect(phaseChange(curve(0, 0.2, 0.4, 0.6, 0.8))).toMatchObject({from: 0, to: 20});
  });

  test("is none where nothing was learned", () => {
    expect(phaseChange(curve(0.5, 0.55, 0.52))).toBeUndefined();
    expect(phaseChange(curve(0.5))).toBeUndefined();
  });
});

describe("a fitted fall", () => {
  test("finds a, b and c of points that lie on one", () => {
    const points = Array.from({length: 40}, (_, n) => [5 + 3 * n, 2.5 * Math.exp(-0.04 * (5 + 3 * n)) + 0.3] as const);
    const fit = decayFit(points);
    expect([fit?.a, fit?.b, fit?.c]).toBeAllClose([2.5, 0.04, 0.3], {rtol: 1e-5, atol: 1e-6});
  });

  test("is as good as scipy's curve_fit on points that lie beside it", () => {
    // scipy 1.14: curve_fit(lambda x, a, b, c: a * exp(-b * x) + c, range(8), y, p0=(2, 0.5, 0)), test/fixtures/statistics
    const {x, y, a, b, c} = JSON.parse(readFileSync("test/fixtures/statistics/decay.json", "utf8")) as {
      [name: string]: number[];
    };
    const fit = decayFit(x.map((at, n) => [at, y[n]] as const));
    expect([fit?.a, fit?.b, fit?.c]).toBeAllClose([...a, ...b, ...c], {rtol: 1e-4, atol: 1e-5});
  });

  test("of fewer than four points is none", () => {
    expect(
      decayFit([
        [0, 1],
        [1, 0.5],
        [2, 0.3],
      ]),
    ).toBeUndefined();
  });
});

describe("made questions", () => {
  const made = madeQuestions(600, 5, "train");
  const answersTo = (start: string) =>
    new Set(made.filter(({question}) => question.startsWith(start)).map(({answers}) => answers[0].text));

  test("ask for every time, room and person", () => {
    const [times, rooms, people] = [answersTo("When is"), answersTo("Where is"), answersTo("Who runs")];
    expect([rooms.size, people.size]).toEqual([8, 8]);
    const hours = [...times].map((time) => /^(\d+)[ap]m$/.exec(time)?.[1]).map(Number);
    expect([...new Set(hours)].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(new Set([...times].map((time) => time.slice(-2)))).toEqual(new Set(["am", "pm"]));
  });

  test("have two or three facts about different events, half of them of one kind", () => {
    const facts = made.map(({context}) => context.split(/(?<=\.) /).length);
    expect(new Set(facts)).toEqual(new Set([2, 3]));
    const alike = made.filter(({id}) => id.endsWith("-alike")).length;
    expect(Math.abs(alike - 300)).toBeLessThan(75); // six standard deviations
    expect(madeQuestions(9, 5, "train").some(({id}) => id.endsWith("-none"))).toBe(false);
    expect(madeQuestions(9, 5, "train", 1).every(({id, answers}) => id.endsWith("-none") && answers.length === 0)).toBe(
      true,
    );
  });

  test("with their sentences in another order keep an answer that begins one, and none where there is none", () => {
    const question = {id: "q", question: "Who?", context: "Ann ran. Bob sat.", answers: [{text: "Bob", start: 9}]};
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const {context, answers} = withSentencesShuffled(question, fork(seed, "shuffle"));
      expect(context.slice(answers[0].start)).toMatch(/^Bob sat\./);
      expect(withSentencesShuffled({...question, answers: []}, fork(seed, "shuffle")).answers).toEqual([]);
    }
  });
});

describe("a question of a file", () => {
  const row = {id: "1", question: "Where?", context: "😀 In Rome.", answers: [{text: "Rome", answer_start: 5}]};

  test("has its place in UTF-16 units, after a letter of two of them, too", () => {
    expect(questionsOf([row], "q")[0].answers).toEqual([{text: "Rome", start: 6}]);
    const last = {...row, context: "\uffff Rome", answers: [{text: "Rome", answer_start: 2}]};
    expect(questionsOf([last], "q")[0].answers).toEqual([{text: "Rome", start: 2}]);
  });

  test("needs no id and no answers", () => {
    const {answers: _, id: __, ...bare} = row;
    expect(questionsOf([bare], "q.json")).toEqual([
      {id: "q.json: question 0", question: "Where?", context: row.context, answers: []},
    ]);
    expect(questionsOf({question: ["a"], context: ["b"], answers: [[]]}, "q")[0].id).toBe("0");
  });

  test("may be impossible if it has no answer", () => {
    expect(questionsOf([{...row, answers: [], is_impossible: true}], "q")[0].answers).toEqual([]);
    expect(questionsOf([{...row, is_impossible: false}], "q")[0].answers).toHaveLength(1);
    expect(() => questionsOf([{...row, is_impossible: true}], "q")).toThrow(
      "q: question 0: expected no answers, since is_impossible is true, got 1",
    );
  });

  test.each<[unknown, string]>([
    [null, "q: expected SQuAD's data, a list of rows, or columns question, context and answers, got none of them"],
    [[null], "q: question 0: expected an object, got null"],
    [["x"], 'q: question 0: expected an object, got "x"'],
    [[[1]], "q: question 0: expected an object, got [1]"],
    [{data: [{paragraphs: 3}]}, "q: paragraphs: expected a list, got 3"],
    [[{...row, answers: [{text: 5, answer_start: 5}]}], 'got {"text":5,"start":5}'],
    [[{...row, answers: [{text: "Rome", answer_start: "5"}]}], 'got {"text":"Rome","start":"5"}'],
    [[{...row, answers: [{text: "Rome", answer_start: 99}]}], 'expected the answer "Rome" at place 99, got ""'],
    [
      [{...row, context: "In Rome.", answers: [{text: "n R", answer_start: -1}]}],
      'the answer "n R" at place -1, got ""',
    ],
  ])("is refused as %j", (json, message) => {
    expect(() => questionsOf(json, "q")).toThrow(message);
  });
});

describe("a window", () => {
  const words = new WordPiece(vocabularyOf(["a b c d e f g h i j k l m n o p q r s t ?"]));
  const windowsOn = (context: string, text: string, sizes = {longest: 15, stride: 4}) =>
    windowsOf([{id: "q", question: "b ?", context, answers: [{text, start: context.indexOf(text)}]}], words, sizes).map(
      ({start, end}) => [start, end],
    );
  const long = "a b c d e f g h i j k l m n o p q r s t";

  test("of a text that just fits is one, however long the stride", () => {
    expect(windowsOn("a b c d", "d", {longest: 9, stride: 4})).toEqual([[7, 7]]);
    expect(windowsOn("a", "a", {longest: 6, stride: 4})).toEqual([[4, 4]]);
    expect(() => windowsOn("a", "a", {longest: 5, stride: 4})).toThrow("beside 2 tokens of the question");
    expect(windowsOn("a b c d e", "e", {longest: 9, stride: 3})).toEqual([
      [0, 0],
      [7, 7],
    ]);
  });

  test("holds an answer that ends or begins with it, and no part of one", () => {
    expect(windowsOn(long, "i j")).toEqual([
      [12, 13],
      [6, 7],
      [0, 0],
    ]);
    expect(windowsOn(long, "j k")).toEqual([
      [0, 0],
      [7, 8],
      [0, 0],
    ]);
    expect(windowsOn(long, "l m")).toEqual([
      [0, 0],
      [9, 10],
      [0, 0],
    ]);
  });

  test("has an answer of one token between others that touch it, and none of a text without words", () => {
    expect(windowsOn("?b?", "b")).toEqual([[5, 5]]);
    expect(windowsOn(" ", " ")).toEqual([[0, 0]]);
    expect(
      windowsOf([{id: "q", question: "b", context: "a", answers: []}], words, {longest: 9, stride: 1}),
    ).toMatchObject([{start: 0, end: 0}]);
  });
});

describe("words", () => {
  const textsOf = (words: WordPiece, text: string) => words.tokenize(text).map((token) => token.text);

  test("of a hundred letters are spelt, and longer ones are unknown", () => {
    const words = new WordPiece(vocabularyOf(["a"]));
    expect(words.tokenize("a".repeat(100))).toHaveLength(100);
    expect(textsOf(words, "a".repeat(101))).toEqual(["[UNK]"]);
  });

  test("keep case and accents only if asked to, and lose what is not seen", () => {
    const words = new WordPiece([...vocabularyOf(["nave ab"]), "Näve", "ab"], false);
    expect(textsOf(words, "Näve")).toEqual(["Näve"]);
    expect(textsOf(new WordPiece(words.vocabulary), "Näve")).toEqual(["nave"]);
    expect(textsOf(words, "a\u200bb a\0b a\ufffdb a\tb")).toEqual(["ab", "ab", "ab", "a", "b"]);
  });

  test("are apart where Chinese characters stand, the first and the last of a block too", () => {
    const words = new WordPiece([...vocabularyOf(["a"]), "[UNK]"]);
    for (const code of [0x4e00, 0x9fff, 0x3400, 0x4dbf, 0x20000, 0x2a6df, 0xf900])
      expect([code, words.tokenize(`a${String.fromCodePoint(code)}a`).length]).toEqual([code, 3]);
    for (const code of [0x33ff, 0x4dc0, 0xa000])
      expect(textsOf(words, `a${String.fromCodePoint(code)}a`)).toHaveLength(1);
  });

  test("of a vocabulary stand by how often they occur, then by their letters, before the letters themselves", () => {
    expect(vocabularyOf(["bc ab bc", "d ab e"], 3)).toEqual([
      ...["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
      ...["ab", "bc", "d"],
      ...["a", "b", "c", "e"],
      ...["##a", "##b", "##c", "##d", "##e"],
    ]);
  });
});
