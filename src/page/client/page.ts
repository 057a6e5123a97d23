import type {Answer} from "../ask";
import {type Choices, type Config, choicesOf} from "../config";
import type {Moment} from "../learn";
import {type Lesson, type Material, testLabels} from "../lesson";
import type {Stroke} from "../rasterise";
import {type Ghost, newRun, type Run} from "./run";

/** The current picture: a drawn one, a dropped one, or a test picture. */
export interface Hand {
  /** In [0, 1]. */
  readonly pixels: Float32Array;
  readonly strokes?: Stroke[];
  /** Which of the test pictures it is. */
  readonly index?: number;
  /** The class that is explained; by default the answer. */
  target?: number | undefined;
}

/** All that the page knows; whoever changes it says so by `changed`. */
export interface Page {
  readonly material: Material;
  readonly lesson: Lesson;
  readonly choices: Choices;
  /** The class of each test picture. */
  readonly labels: Uint8Array;
  run: Run;
  ghosts: Ghost[];
  /** The settings of the present run, or of the next one. */
  config: Config;
  /** The moment that is shown; it may lie between two moments while the timeline is dragged. */
  at: number;
  /** Whether `at` moves on with the training. */
  isFollowing: boolean;
  isPlaying: boolean;
  hand: Hand | undefined;
  answer: Answer | undefined;
  /** The answers about the current picture, `[moment * classes + k]`; NaN if they are not known. */
  history: Float32Array | undefined;
  /** Measurements of the page, for tests and for curious readers. */
  readonly measured: {[name: string]: number | string};
  /** Says that something has changed. With the next frame, each panel that shows it is drawn. */
  changed(): void;
  /** Says that sizes, colours or the open tab have changed. All panels are drawn. */
  restyled(): void;
  /**
   * Draws a panel before a frame, if anything that it shows has changed since it was last drawn.
   *
   * @param shown The values that the panel shows. They are compared one by one, objects by identity.
   */
  onDraw(shown: () => readonly unknown[], draw: () => void): void;
  /** Draws the panels whose content has changed. */
  draw(): void;
}

export function createPage(material: Material, config: Config): Page {
  const panels: {readonly shown: () => readonly unknown[]; readonly draw: () => void; last: readonly unknown[]}[] = [];
  let isDirty = true;
  let looks = 0;
  return {
    ...{material, lesson: material.lesson, choices: choicesOf(material.lesson), labels: testLabels(material)},
    ...{run: newRun(0, config, material.lesson, false, 0), ghosts: [], config, at: 0, isFollowing: true},
    ...{isPlaying: false, hand: undefined, answer: undefined, history: undefined, measured: {}},
    changed() {
      isDirty = true;
    },
    restyled() {
      looks++;
      isDirty = true;
    },
    onDraw(shown, draw) {
      panels.push({shown, draw, last: []});
    },
    draw() {
      if (!isDirty) return;
      isDirty = false;
      for (const panel of panels) {
        const shown = [looks, ...panel.shown()];
        if (shown.every((value, i) => Object.is(value, panel.last[i]))) continue;
        panel.last = shown;
        panel.draw();
      }
    },
  };
}

/** The moment that is shown, if it exists; else the first. */
export const momentOf = ({run, at}: Page): Moment | undefined => run.moments[Math.round(at)] ?? run.moments[0];

/** The network's guess for a test picture at a moment, and how sure it is. */
export function guessOf(
  {probabilities}: Pick<Moment, "probabilities">,
  n: number,
  classes: number,
): readonly [guess: number, sure: number] {
  let best = n * classes;
  for (let i = best + 1; i < (n + 1) * classes; i++) if (probabilities[i] > probabilities[best]) best = i;
  return [best - n * classes, probabilities[best]];
}

/** The true class of the current picture, if it is a test picture. */
export const truthOf = ({hand, labels}: Page): number | undefined =>
  hand?.index === undefined ? undefined : labels[hand.index];

/** The map of the moment that is shown, if it exists. */
export const mapOf = (page: Page): Float32Array | undefined => momentOf(page)?.points;
