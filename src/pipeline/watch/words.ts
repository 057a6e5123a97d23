import type {OpenedCheckpoint} from "./opened";
import type {Told} from "./options";

/** The facts about a network that nobody told the program, one line each, so that a reader sees if one is wrong. */
export function foundLines({words, options}: Told, {found, network}: OpenedCheckpoint): string[] {
  const {layout, scale, mean, std, output, features, logits} = found;
  const [height, width, channels] = network.imageShape;
  const lines: string[] = [];
  if (words) lines.push(words);
  if (layout !== undefined) {
    const how = `(pixel × ${scale} − ${mean}) / ${std}`;
    const asIs = `${scale}` === "1" && `${mean}` === "0" && `${std}` === "1";
    const input = asIs ? "pixels from 0 to 1 as they are (--scale, --mean and --std tell it otherwise)" : how;
    lines.push(
      `input: ${height} x ${width} x ${channels}, ${layout}${options.layout === "auto" ? " (found)" : ""}, ${input}`,
    );
  }
  if (output !== undefined) lines.push(`output: ${output}`);
  if (logits !== undefined)
    lines.push(`scores: ${logits}; the map is made of ${features}${options.layer ? "" : " (found)"}`);
  return lines;
}
