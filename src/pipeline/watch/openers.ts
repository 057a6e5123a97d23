import {readFeeds} from "./feeds";
import type {Checkpoint} from "./folder";
import {answersOpener} from "./open-answers";
import {onnxOpener} from "./open-onnx";
import {tfjsOpener} from "./open-tfjs";
import type {OpenedCheckpoint, OpenSettings} from "./opened";
import {numbersIn, shapeOf, type WatchOptions} from "./options";

/** Opens checkpoints of all kinds. */
export interface Opener {
  /** @throws UserError that names the file, in one line. */
  checkpoint(checkpoint: Checkpoint, graph: string | undefined): Promise<OpenedCheckpoint>;
  /** Frees what checkpoints share. */
  end(): Promise<void>;
}

export async function openerOf(options: WatchOptions): Promise<Opener> {
  const {layout, scale, mean, std, output, outputName, inputName, feed, size, layer, threads, device} = options;
  const imageShape = shapeOf(size);
  const settings: OpenSettings = {
    input: {
      scale: Number(scale),
      mean: numbersIn(mean),
      std: numbersIn(std),
      ...(layout === "auto" ? {} : {layout}),
    },
    output,
    threads,
    device,
    ...(outputName ? {outputName} : {}),
    ...(inputName ? {inputName} : {}),
    ...(feed ? {feeds: await readFeeds(feed)} : {}),
    ...(imageShape ? {imageShape} : {}),
    ...(layer ? {layer} : {}),
  };
  const onnx = onnxOpener(settings);
  const answers = answersOpener();
  const kinds = {onnx, state: onnx, answers, tfjs: tfjsOpener(settings)};
  return {
    async checkpoint(checkpoint, graph) {
      return kinds[checkpoint.kind].open(checkpoint, graph);
    },
    async end() {
      for (const kind of new Set(Object.values(kinds))) await kind.end();
    },
  };
}
