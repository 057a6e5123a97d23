import {BinaryWriter} from "@bufbuild/protobuf/wire";

/** Numbers of onnx.proto's fields and types that are used here (onnx/onnx.proto, IR version 8). */
const FLOAT = 1;
const INT64 = 7;

export interface TinyOnnx {
  readonly layout: "nchw" | "nhwc";
  /** Height, width, channels; a number for the batch, or any. */
  readonly input: readonly [height: number, width: number, channels: number];
  readonly batch?: number;
  /** `weights[channel * classes + class]` of the channels' means. */
  readonly weights: readonly number[];
  readonly classes: number;
  readonly softmax: boolean;
}

/** An ONNX file: mean of each channel → dense without bias → softmax or not. Written by hand, so no tool is needed. */
export function tinyOnnx({
  layout,
  input: [height, width, channels],
  batch,
  weights,
  classes,
  softmax,
}: TinyOnnx): Uint8Array {
  const axes = layout === "nchw" ? [2, 3] : [1, 2];
  const shape = layout === "nchw" ? [batch, channels, height, width] : [batch, height, width, channels];
  const message = (fill: (writer: BinaryWriter) => void) => {
    const writer = new BinaryWriter();
    fill(writer);
    return writer.finish();
  };
  const node = (type: string, inputs: string[], output: string, attributes: Uint8Array[] = []) =>
    message((w) => {
      for (const name of inputs) w.tag(1, 2).string(name);
      w.tag(2, 2).string(output);
      w.tag(4, 2).string(type);
      for (const attribute of attributes) w.tag(5, 2).bytes(attribute);
    });
  const flag = (name: string, value: number) =>
    message((w) => w.tag(1, 2).string(name).tag(3, 0).int64(value).tag(20, 0).int32(2));
  const tensor = (name: string, type: number, dims: number[], raw: Uint8Array) =>
    message((w) => {
      for (const dim of dims) w.tag(1, 0).int64(dim);
      w.tag(2, 0).int32(type).tag(8, 2).string(name).tag(9, 2).bytes(raw);
    });
  const value = (name: string, dims: (number | undefined)[]) =>
    message((w) => {
      const shapeProto = message((s) => {
        for (const dim of dims) {
          const proto = message((d) => (dim === undefined ? d.tag(2, 2).string("n") : d.tag(1, 0).int64(dim)));
          s.tag(1, 2).bytes(proto);
        }
      });
      const tensorType = message((t) => t.tag(1, 0).int32(FLOAT).tag(2, 2).bytes(shapeProto));
      w.tag(1, 2)
        .string(name)
        .tag(2, 2)
        .bytes(message((t) => t.tag(1, 2).bytes(tensorType)));
    });
  const graph = message((g) => {
    g.tag(1, 2).bytes(node("ReduceMean", ["image", "axes"], "means", [flag("keepdims", 0)]));
    g.tag(1, 2).bytes(node("MatMul", ["means", "weights"], softmax ? "scores" : "out"));
    if (softmax) g.tag(1, 2).bytes(node("Softmax", ["scores"], "out", [flag("axis", 1)]));
    g.tag(2, 2).string("tiny");
    g.tag(5, 2).bytes(tensor("axes", INT64, [2], new Uint8Array(BigInt64Array.from(axes, BigInt).buffer)));
    g.tag(5, 2).bytes(tensor("weights", FLOAT, [channels, classes], new Uint8Array(Float32Array.from(weights).buffer)));
    g.tag(11, 2).bytes(value("image", shape));
    g.tag(12, 2).bytes(value("out", [batch, classes]));
  });
  return message((m) => {
    m.tag(1, 0).int64(8);
    m.tag(7, 2).bytes(graph);
    m.tag(8, 2).bytes(message((o) => o.tag(1, 2).string("").tag(2, 0).int64(18)));
  });
}
