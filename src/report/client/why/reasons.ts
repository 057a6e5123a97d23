import {rankCorrelation} from "../../../numbers/rank-correlation";
import {settledFrom} from "../../../numbers/settled";
import type {LimeShown} from "../explained";

/** When an answer and its reason reached their final state; the numbers are places among the stops of the page. */
export interface Reason {
  readonly image: number;
  /** The answer at the last stop. */
  readonly answer: number;
  /** The first stop from which on the answer is that one. */
  readonly answerFrom: number;
  /**
   * How similar LIME's explanation of that class is to the last one, at each stop, as a rank correlation; null if there
   * is none.
   */
  readonly likeLast: readonly (number | null)[];
  /**
   * How similar the explanations by two halves of the last explanation's masks are, which shows LIME's own error; null
   * if it is not known.
   */
  readonly ownError: number | null;
  /**
   * The first stop from which on the explanation is as similar to the last one as those halves are to each other; null
   * if that is not known.
   */
  readonly reasonFrom: number | null;
  /** The explanation's fit: weighted R². */
  readonly fit: number | null;
}

/** The data of a run that these functions need. */
interface Explained {
  readonly epochs: readonly number[];
  readonly last: number;
  readonly answers: readonly ({readonly predicted: ArrayLike<number>} | null)[];
  readonly lime: {of(stop: number, image: number): readonly LimeShown[]} | null;
  explained(stop: number): readonly number[];
}

/** The reasons for every image that LIME explained at the last stop, in the order of the images. */
export function reasonsOf(data: Explained): Reason[] {
  const {lime, answers, last} = data;
  const final = answers[last];
  if (!lime || !final) return [];
  return data.explained(last).flatMap((image): Reason[] => {
    const answer = final.predicted[image];
    const entries = data.epochs.map((_, stop) => lime.of(stop, image).find(({explained}) => explained === answer));
    const end = entries[last];
    // nothing can be said about an image that is explained at only one stop
    if (!end || entries.filter(Boolean).length < 2) return [];
    const likeLast = entries.map((entry) => (entry ? alike(entry, end) : null));
    const ownError = end.stability;
    const reasonFrom =
      ownError === null ? null : settledFrom(likeLast, (like) => like !== null && like >= Math.min(ownError, 1));
    const answerFrom = settledFrom([...answers], (one) => one?.predicted[image] === answer);
    return [{image, answer, answerFrom, likeLast, ownError, reasonFrom, fit: end.r2}];
  });
}

/** The rank correlation of two explanations: segment by segment if both have the same, else pixel by pixel. */
function alike(a: LimeShown, b: LimeShown): number | null {
  const same =
    a.weights.length === b.weights.length && a.pieces.every((piece: number, p: number) => piece === b.pieces[p]);
  const [one, other] = same
    ? [a.weights, b.weights]
    : [a, b].map(({weights, pieces}) => Float64Array.from(pieces, (piece: number) => weights[piece]));
  const like = rankCorrelation(one, other);
  return Number.isFinite(like) ? like : null; // one of the explanations says nothing
}
