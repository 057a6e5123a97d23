import {readFileSync} from "node:fs";
import {join} from "node:path";

import {arena} from "../compiler/arena";
import {FIRST, JOB, jobAddress} from "../compiler/control";
import {ELEMENT, elements, type Planes, type Shape, takePlanes} from "../compiler/planes";
import {each, type Step} from "../compiler/program";
import {convolution, extent} from "../layers/convolution";
import type {ConvolutionPlan} from "../layers/convolution-plan";
import {spread} from "../layers/kind";

/** The shape of a convolution. Arrays are float32: images NHWC, filters [height][width][in][out]. */
export interface ConvolutionShape {
  readonly input: Shape;
  readonly filters: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [down: number, across: number];
  readonly padding: "same" | "valid";
  readonly relu: boolean;
}

/** A single convolution for any number of images, on the calling thread. tfjs' wasm backend uses it. */
export interface Convolver {
  forward(x: Float32Array, filter: Float32Array, bias: Float32Array | undefined, out: Float32Array): void;
  inputGradient(dy: Float32Array, filter: Float32Array, out: Float32Array): void;
  filterGradient(x: Float32Array, dy: Float32Array, out: Float32Array): void;
}

/** Whether the engine's kernels can do such a convolution. */
export function canConvolve({kernel, stride}: ConvolutionShape): boolean {
  return kernel.every((k) => k <= 7) && stride.every((s) => s <= 2);
}

/** Lays a convolution out in its own memory. Images pass through it four at a time, so the memory stays small. */
export function convolver(shape: ConvolutionShape): Convolver {
  const plan = planOf(shape);
  const [kernel, bias] = convolution.parameters(plan);
  const [shared, local] = [arena(FIRST), arena(0)];
  const placed = [kernel, bias].map(({size}) => {
    const [values, gradients, slots, flipped] = [0, 1, 2, 3].map(() => shared.take(size * 4));
    return {values, gradients, slots, flipped};
  });
  const constants: {at: number; values: readonly number[]}[] = [];
  const input = takePlanes(local, plan.input, convolution.border?.(plan));
  const output = takePlanes(local, plan.output);
  const inputGradient = takePlanes(local, plan.input);
  const gradient = takePlanes(local, plan.output);
  const {gradientBorder, gradientDilation} = convolution;
  const outputGradient = takePlanes(local, plan.output, gradientBorder?.(plan), gradientDilation?.(plan));
  const zeros = shared.take((Math.max(plan.input.channels, plan.output.channels) + 3) * 4);
  const target = {planes: inputGradient, mask: undefined};
  const stage = convolution.stage(plan, {
    ...{input, inputs: [input], output, inputGradient: target, inputGradients: [target]},
    outputGradient,
    parameters: placed,
    slots: 1,
    slotStride: 0,
    groups: 1,
    shared,
    local,
    zeros,
    constants(values) {
      const at = shared.take(values.length * 4);
      constants.push({at, values});
      return at;
    },
  });
  const [pixels, results] = [elements(plan.input), elements(plan.output)];
  const staged = [0, 1].map(() => shared.take(Math.max(pixels, results) * 16));

  const load = ({height, width, channels, at, row, plane}: Planes) =>
    each("groups", "loadImages", height, width, channels, at, row, plane);
  const store = ({height, width, channels, at, row, plane}: Planes) =>
    each("groups", "storeImages", height, width, channels, at, row, plane, 0);
  // If elements are a step apart, because of strides, there are zeros in between.
  const takeGradient =
    outputGradient.step === ELEMENT
      ? [load(outputGradient)]
      : [load(gradient), spread(gradient, {planes: outputGradient, mask: undefined})];
  const [forward, back] = [stage.forward(false), stage.inputGradient(false)];
  const [weightGradient] = stage.parameterGradients(false);
  const batchGradients = stage.batchGradients();
  const refresh = stage.refresh?.() ?? [];

  const workspace = shared.take(local.size);
  const pages = Math.ceil((workspace + local.size) / 65_536);
  const memory = new WebAssembly.Memory({initial: pages, maximum: pages, shared: true});
  const [words, floats] = [new Int32Array(memory.buffer), new Float32Array(memory.buffer)];
  for (const {at, values} of constants) words.set(values, at / 4);
  const run = runner(memory, workspace);

  const packed = Uint32Array.from({length: kernel.size}, (_, i) => kernel.packed(i));
  const flipped = Uint32Array.from({length: kernel.size}, (_, i) => kernel.flipped?.(i) ?? i);
  const writeFilter = (filter: Float32Array) => {
    const [at, turned] = [placed[0].values / 4, placed[0].flipped / 4];
    for (let i = 0; i < packed.length; i++) {
      floats[at + packed[i]] = filter[i];
      floats[turned + flipped[packed[i]]] = filter[i];
    }
    run(refresh, 1);
  };
  /** Does four images at a time: in at `staged[0]`, out at `staged[1]`. */
  const pass = (from: Float32Array, size: number, steps: readonly Step[], to: Float32Array, width: number) => {
    for (let n = 0; n * size < from.length; n += 4) {
      const group = from.subarray(n * size, (n + 4) * size);
      const count = group.length / size;
      floats.set(group, staged[0] / 4);
      run(steps, count, staged[0], staged[1]);
      to.set(floats.subarray(staged[1] / 4, staged[1] / 4 + count * width), n * width);
    }
  };

  return {
    forward(x, filter, offsets, out) {
      writeFilter(filter);
      floats.fill(0, placed[1].values / 4, placed[1].values / 4 + bias.size);
      if (offsets) floats.set(offsets, placed[1].values / 4);
      pass(x, pixels, [load(input), ...forward, store(output)], out, results);
    },
    inputGradient(dy, filter, out) {
      writeFilter(filter);
      pass(dy, results, [...takeGradient, ...back, store(inputGradient)], out, pixels);
    },
    filterGradient(x, dy, out) {
      floats.fill(0, placed[0].slots / 4, placed[0].slots / 4 + kernel.size);
      for (let n = 0; n * pixels < x.length; n += 4) {
        const group = x.subarray(n * pixels, (n + 4) * pixels);
        const count = group.length / pixels;
        floats.set(group, staged[0] / 4);
        run([load(input)], count, staged[0]);
        floats.set(dy.subarray(n * results, (n + 4) * results), staged[0] / 4);
        run([...takeGradient, weightGradient], count, staged[0]);
      }
      run(batchGradients, 1);
      const at = (kernel.slotted ? placed[0].slots : placed[0].gradients) / 4;
      for (let i = 0; i < packed.length; i++) out[i] = floats[at + packed[i]];
    },
  };
}

function planOf({input, filters, kernel, stride, padding, relu}: ConvolutionShape): ConvolutionPlan {
  const [height, top] = extent(input.height, kernel[0], stride[0], padding);
  const [width, left] = extent(input.width, kernel[1], stride[1], padding);
  const weights = [[...kernel, input.channels, filters], [filters]].map((size, index) => ({
    name: "",
    index,
    shape: size,
  }));
  const output = {height, width, channels: filters};
  return {
    kind: "convolution",
    name: "",
    from: [-1],
    input,
    output,
    relu,
    kernel,
    stride,
    padding: [top, left],
    weights,
  };
}

let kernelCode: WebAssembly.Module | undefined;

/** Runs steps at once, for one group of `count` images. */
function runner(memory: WebAssembly.Memory, workspace: number) {
  // Compiled synchronously, because tfjs' kernels cannot wait.
  kernelCode ??= new WebAssembly.Module(readFileSync(join(__dirname, "..", "kernels", "plain.wasm")));
  const abort = () => {
    throw new Error("kernel aborted");
  };
  type Kernel = (...args: number[]) => void;
  const kernels = new WebAssembly.Instance(kernelCode, {env: {memory, abort}}).exports as Record<string, Kernel>;
  const words = new Int32Array(memory.buffer);
  const job = jobAddress(0);
  return (steps: readonly Step[], count: number, images = 0, output = 0) => {
    words[(job + JOB.count) / 4] = count;
    words[(job + JOB.images) / 4] = images;
    words[(job + JOB.output) / 4] = output;
    for (const {kernel, args} of steps) {
      kernels[kernel](...args.map((a) => (typeof a === "number" ? a : workspace + a.local)), 0, 1, job);
    }
  };
}
