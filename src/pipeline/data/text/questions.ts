import {UserError} from "../../../nouns/options";

/**
 * A question about a text, and the answers that count as right: pieces of that text. Without such answers, the text
 * does not answer the question.
 */
export interface Question {
  readonly id: string;
  readonly question: string;
  readonly context: string;
  readonly answers: readonly {readonly text: string; readonly start: number}[];
}

/**
 * Questions from what a JSON file holds: SQuAD 1.1 or 2.0 (`{data: [{paragraphs: [{context, qas}]}]}`), a list of rows,
 * or columns (`{id: [], question: [], context: [], answers: []}`), as the `datasets` library writes them. An answer is
 * `{text, answer_start}`, or `{text: [], answer_start: []}`. Its place counts characters as Python does (code points);
 * the result counts UTF-16 units, as JavaScript does; the two differ after an emoji.
 *
 * @param what Names the file in errors.
 * @throws UserError if it has none of these forms, if an answer is not at its place in the text, or if a question with
 * is_impossible has an answer.
 */
export function questionsOf(json: unknown, what: string): Question[] {
  const found = Array.from(rowsOf(json, what), (row, n) => questionOf(row, `${what}: question ${n}`));
  if (found.length === 0) throw new UserError(`${what}: expected questions, got none`);
  return found;
}

type Row = {readonly [name: string]: unknown};

function* rowsOf(json: unknown, what: string): Iterable<Row> {
  if (Array.isArray(json)) {
    for (const [n, row] of json.entries()) yield objectOf(row, `${what}: question ${n}`);
    return;
  }
  const {data, id, question, context, answers} = (json ?? {}) as Row;
  if (Array.isArray(data)) {
    for (const article of data) {
      for (const paragraph of listOf(objectOf(article, `${what}: data`).paragraphs, `${what}: paragraphs`)) {
        const {context: text, qas} = objectOf(paragraph, `${what}: paragraphs`);
        for (const qa of listOf(qas, `${what}: qas`)) yield {...objectOf(qa, `${what}: qas`), context: text};
      }
    }
    return;
  }
  if (Array.isArray(question)) {
    const columns = {
      question,
      context: listOf(context, `${what}: context`),
      answers: listOf(answers, `${what}: answers`),
    };
    for (const [name, column] of Object.entries(columns)) {
      if (column.length !== question.length) {
        throw new UserError(`${what}: expected ${question.length} values in ${name}, got ${column.length}`);
      }
    }
    for (const [n, text] of question.entries()) {
      yield {
        id: Array.isArray(id) ? id[n] : n,
        question: text,
        context: columns.context[n],
        answers: columns.answers[n],
      };
    }
    return;
  }
  throw new UserError(
    `${what}: expected SQuAD's data, a list of rows, or columns question, context and answers, got none of them`,
  );
}

function objectOf(value: unknown, what: string): Row {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Row;
  throw new UserError(`${what}: expected an object, got ${JSON.stringify(value)?.slice(0, 40)}`);
}

function listOf(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new UserError(`${what}: expected a list, got ${JSON.stringify(value)?.slice(0, 40)}`);
}

function questionOf({id, question, context, answers, is_impossible: isImpossible}: Row, what: string): Question {
  for (const [name, value] of Object.entries({question, context})) {
    if (typeof value !== "string")
      throw new UserError(`${what}: expected ${name} as text, got ${JSON.stringify(value)}`);
  }
  const given = Array.isArray(answers)
    ? answers
    : objectOf(answers ?? {text: [], answer_start: []}, `${what}: answers`);
  const list = Array.isArray(given)
    ? given.map((one) => {
        const {text, answer_start: start} = objectOf(one, `${what}: answers`);
        return {text, start};
      })
    : listOf(given.text, `${what}: answers.text`).map((text, n) => ({
        text,
        start: listOf(given.answer_start, `${what}: answers.answer_start`)[n],
      }));
  if (isImpossible === true && list.length > 0) {
    throw new UserError(`${what}: expected no answers, since is_impossible is true, got ${list.length}`);
  }
  return {
    id: String(id ?? what),
    question: question as string,
    context: context as string,
    answers: list.map(({text, start}) => checked(text, start, context as string, what)),
  };
}

function checked(text: unknown, start: unknown, context: string, what: string) {
  if (typeof text !== "string" || !Number.isInteger(start)) {
    throw new UserError(`${what}: expected an answer's text and answer_start, got ${JSON.stringify({text, start})}`);
  }
  const place = unitsOf(context, start as number);
  const there = context.slice(place, place + text.length);
  if (there !== text) {
    throw new UserError(
      `${what}: expected the answer ${JSON.stringify(text)} at place ${start}, got ${JSON.stringify(there)}`,
    );
  }
  return {text, start: place};
}

/** How many UTF-16 units the first `count` code points of a text have; the text's length if it has fewer. */
function unitsOf(text: string, codePoints: number): number {
  let [units, left] = [0, codePoints];
  for (; left > 0 && units < text.length; left--) units += (text.codePointAt(units) as number) > 0xffff ? 2 : 1;
  return units + left;
}
