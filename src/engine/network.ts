import {compile, type Output} from "./compiler/compile";
import {FIRST, JOBS} from "./compiler/control";
import {optimizers} from "./compiler/optimizers";
import type {Plan} from "./compiler/plan";
import {readArrays, readFlat, writeArrays, writeFlat} from "./compiler/weights";
import {dropoutSeed} from "./layers/dropout";
import {
  type BatchResult,
  EngineError,
  type FusedNetwork,
  type FusedOptions,
  type Images,
  type LabelledImages,
  type NamedArray,
} from "./network-types";
import {checkImages, checkTargets, inChunks, partsInChunks, type Running} from "./runtime/chunks";
import {startCrew} from "./runtime/crew";
import {startLoneCrew} from "./runtime/lone-crew";
import {defaultVariant, kernelModule} from "./runtime/modules";

/** The names by which `forward` calls the layer that feeds the last dense one, and the scores before the softmax. */
const [EMBEDDING, LOGITS] = ["", "logits"];

/**
 * Starts the threads that train and run a plan's network. `trainBatch` may be called again before it has answered (see
 * `stepsAtOnce`): the next batch is then staged while this one is computed, and no time is lost between the two.
 *
 * The same seed, weights and batches give the same weights, bit for bit, for any number of threads.
 *
 * @throws EngineError if there is not enough memory.
 */
export async function fusedNetwork(plan: Plan, options: FusedOptions): Promise<FusedNetwork> {
  const {classNames, batchSize, seed} = options;
  const threads = options.here ? 1 : options.threads;
  const variant = options.variant ?? defaultVariant();
  const compiled = compile(plan, {...options, threads});
  const {layout, outputs, withLogits} = compiled;
  const memory = sharedMemory(compiled.bytes, batchSize);
  const [words, floats] = [new Int32Array(memory.buffer), new Float32Array(memory.buffer)];
  for (const {at, values} of layout.constants) words.set(values, at / 4);
  if (options.classWeights) floats.set(options.classWeights, compiled.classWeightsAt / 4);
  const {workspaces, programs} = compiled;
  const data = {memory, module: await kernelModule(variant), programs, threads, workspaces, slots: layout.slots};
  const crew = options.here ? startLoneCrew(data) : await startCrew(data);
  const optimizer = optimizers[plan.optimizer];
  const trainable = layout.parameters.filter((parameter) => parameter.trainable);
  let steps = 0;

  const changed = (change: () => void) =>
    crew.run(
      () => {
        change();
        return {program: compiled.refresh, count: 0};
      },
      () => undefined,
      true,
    );
  const write = (weights: readonly NamedArray[]) =>
    changed(() => writeArrays(floats, layout.parameters, layout.values, layout, weights));
  await write(plan.weights);

  const place = {plan, compiled, crew, words, floats};
  const trainingJob = (batch: LabelledImages, step: number, program: number) => (n: number) => {
    const {images, labels, output, keys} = layout.staging[n];
    floats.set(batch.pixels, images / 4);
    words.set(batch.labels, labels / 4);
    const {round, own} = batch.draws ?? {round: step, own: Uint32Array.from({length: batch.count}, (_, i) => i)};
    words.set(own, keys / 4);
    return {
      program,
      count: batch.count,
      images,
      labels,
      output,
      keys,
      seed: dropoutSeed(seed, round),
    };
  };
  const ask = (name: string) => (images: Images) => {
    const {program, width} = outputs.get(name) as Output;
    return inChunks(place, images, "all", program, width);
  };
  const last = plan.layers[plan.layers.length - 1].name;
  const logits = ask(last);
  const nameOf = (layer: string) => {
    const name = layer === EMBEDDING ? plan.features : layer === LOGITS ? last : layer;
    if (outputs.has(name)) return name;
    throw new EngineError(`layer: expected one of ${[...outputs.keys()].join(", ")}, got "${layer}"`);
  };
  const shapeOf = (name: string) => plan.outputs[name]?.shape ?? [plan.classes];
  /**
   * The program that returns the requested layers in one pass, and the names of the layers that it returns, in its
   * order.
   */
  const passOf = (names: readonly string[]) => {
    const [first, second] = new Set(names);
    const both = withLogits.get(first);
    if (second === undefined) return {program: (outputs.get(first) as Output).program, layers: [first]};
    if (both && second === last && new Set(names).size === 2) return {program: both.program, layers: [first, last]};
    const {program, layers} = compiled.everything;
    return {program, layers: layers.map(({name}) => name)};
  };
  const forward = async (images: Images, layers: readonly string[], into?: Float32Array) => {
    const names = layers.map(nameOf);
    if (names.length === 0) return [];
    const pass = passOf(names);
    const widths = pass.layers.map((name) => (outputs.get(name) as Output).width);
    const isFirst = pass.layers[0] === names[0];
    const parts = await partsInChunks(place, images, "all", pass.program, widths, isFirst ? into : undefined);
    const answers = names.map((name, i) => {
      return {layer: layers[i], shape: shapeOf(name), values: parts[pass.layers.indexOf(name)]};
    });
    if (!into || isFirst) return answers;
    into.set(answers[0].values);
    return [{...answers[0], values: into}, ...answers.slice(1)];
  };

  return {
    imageShape: plan.imageShape,
    classNames,
    bytes: compiled.bytes,
    variant,
    stepsAtOnce: options.here ? 1 : JOBS, // a single thread can do nothing at the same time
    predict: ask(plan.probabilities),
    logits,
    inputGradient: (images, targets) =>
      inChunks(place, images, targets, compiled.inputGradient, images.pixels.length / images.count),
    forward,
    async trainBatch(batch, learningRate, step) {
      checkBatch(plan, batch, batchSize);
      const result = await crew.run(
        (n) => ({...trainingJob(batch, step, compiled.train)(n), ...optimizer.factors(learningRate, ++steps)}),
        (n) => batchResult(floats, layout.staging[n].output, batch),
      );
      if (Number.isFinite(result.lossSum)) return result;
      steps--; // the step was not made
      throw await notFinite(place, batch, step, result.lossSum);
    },
    async gradients(batch, step) {
      checkBatch(plan, batch, batchSize);
      const read = () => readArrays(floats, trainable, layout.gradients, layout);
      return crew.run(trainingJob(batch, step, compiled.gradients), read, true);
    },
    getWeights: () => crew.between(() => readArrays(floats, layout.parameters, layout.values, layout)),
    setWeights: write,
    getFlatWeights: () => crew.between(() => readFlat(floats, layout.parameters, layout.values, layout)),
    setFlatWeights: (flat) => changed(() => writeFlat(floats, layout.parameters, layout.values, layout, flat)),
    getOptimizerState: () =>
      crew.between(() => ({
        steps,
        slots: optimizer.slots.flatMap((slot) => readArrays(floats, trainable, layout[slot], layout)),
      })),
    setOptimizerState: (state) =>
      crew.between(() => {
        optimizer.slots.forEach((slot, i) => {
          const arrays = state.slots.slice(i * trainable.length, (i + 1) * trainable.length);
          writeArrays(floats, trainable, layout[slot], layout, arrays);
        });
        steps = state.steps;
      }),
    dispose: () => crew.end(),
  };
}

const PAGE = 65_536;

function sharedMemory(bytes: number, batchSize: number): WebAssembly.Memory {
  const pages = Math.ceil(Math.max(bytes, FIRST) / PAGE);
  const gib = (bytes / 2 ** 30).toFixed(1);
  const refusal = `fused engine: expected ${gib} GiB of memory for batches of ${batchSize}, got`;
  if (pages > 65_536) throw new EngineError(`${refusal} WebAssembly's 4 GiB at most; try a smaller --batch-size`);
  try {
    return new WebAssembly.Memory({initial: pages, maximum: pages, shared: true});
  } catch (error) {
    throw new EngineError(`${refusal}: ${(error as Error).message}; try a smaller --batch-size or another --engine`);
  }
}

/**
 * @param output The address of the batch's answers, f32 [n][6]: loss, answer, its probability, margin, distance from
 * the label, entropy.
 */
function batchResult(floats: Float32Array, output: number, {count, labels}: LabelledImages): BatchResult {
  const answers = answersOf(count);
  let [lossSum, correct] = [0, 0];
  for (let n = 0, at = output / 4; n < count; n++, at += 6) {
    answers.losses[n] = floats[at];
    answers.predicted[n] = floats[at + 1];
    answers.probabilities[n] = floats[at + 2];
    answers.margins[n] = floats[at + 3];
    answers.errors[n] = floats[at + 4];
    answers.entropies[n] = floats[at + 5];
    lossSum += floats[at];
    if (answers.predicted[n] === labels[n]) correct++;
  }
  return {lossSum, correct, answers};
}

function answersOf(count: number) {
  return {
    losses: new Float32Array(count),
    predicted: new Uint16Array(count),
    probabilities: new Float32Array(count),
    margins: new Float32Array(count),
    errors: new Float32Array(count),
    entropies: new Float32Array(count),
  };
}

/** Finds the first layer whose output is not finite. The step was not made, so the weights are as before it. */
async function notFinite(running: Running, batch: LabelledImages, step: number, lossSum: number): Promise<Error> {
  let at = "the loss itself";
  for (const [name, {program, width}] of running.compiled.outputs) {
    const values = await inChunks(running, batch, "all", program, width);
    if (values.every(Number.isFinite)) continue;
    at = `layer ${name}`;
    break;
  }
  const got = `got ${lossSum / batch.count} (first in ${at})`;
  return new EngineError(`loss at step ${step}: expected a finite number, ${got}; try a smaller --learning-rate`);
}

function checkBatch(plan: Plan, batch: LabelledImages, batchSize: number): void {
  checkImages(plan, batch);
  checkTargets(batch.labels, batch.count, plan.classes);
  if (!(batch.count >= 1 && batch.count <= batchSize)) {
    throw new RangeError(`training batch: expected 1 to ${batchSize} images, got ${batch.count}`);
  }
}
