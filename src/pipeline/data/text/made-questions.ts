import {fork, type RandomSource} from "../../../nouns/random";
import type {Question} from "./questions";

/**
 * @file Questions made by rules, so that a reader can be trained anywhere at once: a notice board of a few facts, each
 * about a different event ("Lunch 1pm. Tea the old library."), and a question about one of them. On half of the boards,
 * all answers are of one kind (times, rooms or people), so that a reader must find the question's event on the board to
 * answer right.
 */

const EVENTS = [
  ...["dinner", "lunch", "breakfast", "supper", "tea", "chapel", "assembly", "homework", "maths", "latin", "history"],
  ...["music", "drama", "art", "chemistry", "physics", "sailing", "skiing", "rugby", "tennis", "chess", "swimming"],
];
const ROOMS = ["the hall", "the barn", "room 4", "the old library", "the harbour", "the gym", "the tower", "room 12"];
const PEOPLE = ["Mrs Hill", "Mr Stone", "Ms Rivers", "Dr Field", "Miss Lake", "Mr Woods", "Mrs Dale", "Dr Moor"];

interface Kind {
  readonly question: (event: string) => string;
  readonly answer: (random: RandomSource) => string;
}

const pick = <T>(list: readonly T[], random: RandomSource): T => list[Math.floor(random() * list.length)];

const KINDS: readonly Kind[] = [
  {
    question: (event) => `When is ${event}?`,
    answer: (random) => `${1 + Math.floor(random() * 12)}${random() < 0.5 ? "am" : "pm"}`,
  },
  {
    question: (event) => `Where is ${event}?`,
    answer: (random) => pick(ROOMS, random),
  },
  {
    question: (event) => `Who runs ${event}?`,
    answer: (random) => pick(PEOPLE, random),
  },
];

/** How many facts a text has. */
const FACTS = [2, 3] as const;

/**
 * @param unanswerable The share of the questions whose event is not on the board.
 * @param part Each part has random numbers of its own. The chance that a text of "train" is also a text of "test" is
 * one in millions.
 * @returns `count` questions, the same for the same seed. If all answers on a board are of one kind, the id of its
 * question ends in "-alike"; if a question has no answer, its id ends in "-none".
 */
export function madeQuestions(count: number, seed: number, part: string, unanswerable = 0): Question[] {
  const random = fork(seed, "questions", part);
  const ofNone = fork(seed, "questions", "unanswerable", part);
  return Array.from({length: count}, (_, n) => {
    const question = madeQuestion(`${part}-${n}`, random);
    return unanswerable > 0 && ofNone() < unanswerable ? withoutAnswer(question, ofNone) : question;
  });
}

/** A question about an event that is not on the board. */
function withoutAnswer({id, context}: Question, random: RandomSource): Question {
  const board = context.toLowerCase();
  const event = pick(
    EVENTS.filter((one) => !board.includes(one.toLowerCase())),
    random,
  );
  return {id: `${id}-none`, question: pick(KINDS, random).question(event), context, answers: []};
}

function madeQuestion(id: string, random: RandomSource): Question {
  const many = FACTS[0] + Math.floor(random() * (FACTS[1] - FACTS[0] + 1));
  const events: string[] = [];
  while (events.length < many) {
    const event = pick(EVENTS, random);
    if (!events.includes(event)) events.push(event);
  }
  const sameKind = random() < 0.5 ? pick(KINDS, random) : undefined;
  const facts = events.map((event) => {
    const kind = sameKind ?? pick(KINDS, random);
    const answer = kind.answer(random);
    const sentence = `${event} ${answer}.`;
    return {event, kind, answer, sentence: sentence[0].toUpperCase() + sentence.slice(1)};
  });
  const asked = Math.floor(random() * many);
  const {event, kind, answer, sentence} = facts[asked];
  const before = facts
    .slice(0, asked)
    .map((fact) => `${fact.sentence} `)
    .join("");
  return {
    id: sameKind ? `${id}-alike` : id,
    question: kind.question(event),
    context: facts.map((fact) => fact.sentence).join(" "),
    answers: [{text: answer, start: before.length + sentence.lastIndexOf(answer)}],
  };
}

/**
 * The same question about the text with its sentences in another order. There, answers that were learnt by their
 * position alone are wrong.
 */
export function withSentencesShuffled(question: Question, random: RandomSource): Question {
  const sentences = question.context.split(/(?<=\.) /);
  const [answer] = question.answers;
  let start = 0;
  const placed = sentences.map((sentence) => {
    const place = {sentence, from: start};
    start += sentence.length + 1;
    return place;
  });
  const order = placed.map((place) => ({...place, key: random()})).sort((a, b) => a.key - b.key);
  let at = 0;
  let moved = answer?.start ?? 0;
  for (const {sentence, from} of order) {
    if (answer && answer.start >= from && answer.start < from + sentence.length) moved = at + answer.start - from;
    at += sentence.length + 1;
  }
  return {
    ...question,
    context: order.map(({sentence}) => sentence).join(" "),
    answers: answer ? [{text: answer.text, start: moved}] : [],
  };
}
