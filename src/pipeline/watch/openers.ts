import type {Checkpoint} from "./folder";
import {onnxOpener} from "./open-onnx";
import type {OpenedCheckpoint, OpenSettings} from "./opened";
import {numbersIn, shapeOf, type WatchOptions} from "./options";

/** Opens checkpoints of all kinds. */
export interface Opener {
  /** @throws UserError that names the file, in one line. */
  checkpoint(checkpoint: Checkpoint, graph: string | undefined): Promise<OpenedCheckpoint>;
  /** Lets go of what checkpoints share. */
  end(): Promise<void>;
}

export function openerOf(options: WatchOptions): Opener {
  const {layout, scale, mean, std, output, outputName, size, layer, threads} = options;
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
    ...(outputName ? {outputName} : {}),
    ...(imageShape ? {imageShape} : {}),
    ...(layer ? {layer} : {}),
  };
  const onnx = onnxOpener(settings);
  return {
    checkpoint: (checkpoint, graph) => onnx.open(checkpoint, graph),
    end: () => onnx.end(),
  };
}
