import type {NoiseVerdict} from "../../numbers/seed-noise";
import {points} from "./figures";
import type {SeedNoise} from "./seed-yardstick";

/** The mark of a verdict, which can be understood without colour, on paper too. */
export const NOISE_MARKS: {readonly [verdict in NoiseVerdict]: string} = {beyond: "▲", within: "▨", unknown: "○"};

/** The meaning of the verdicts, for the end of a table. */
export const NOISE_KEY =
  "▲ beyond seed noise, ▨ within it (another seed alone changes as much; corrected for their number, Holm), ○ unknown: too few seeds.";

/**
 * Says in two sentences whether a difference is greater than that of another seed, and how this is known.
 *
 * @param lacking A run whose setting has too few seeds; the words then name the command that would help.
 */
export function noiseWords(
  {verdict, interval95, yardstick, seeds}: SeedNoise,
  lacking: string,
): readonly [string, string] {
  if (verdict === "seed") return ["The two runs differ by their seed alone: this is what chance does.", ""];
  if (verdict === "unknown") {
    const known = Math.max(...seeds) < 2 ? "no seeds known" : `${Math.max(...seeds)} seeds are too few`;
    return [
      `Seed noise unknown: ${known}, so one cannot say whether another seed would change as much.`,
      `Run \`sweep --seeds 5 --from ${lacking}\`, and compare again.`,
    ];
  }
  const between = (interval95 ?? []).map(points).join(" to ");
  const said =
    verdict === "beyond"
      ? "Beyond seed noise: another seed alone does not change it so much"
      : "Within seed noise: another seed alone changes it as much";
  return [`${said} (difference of the settings, 95 %: ${between} points).`, `The yardstick is ${yardstick}.`];
}
