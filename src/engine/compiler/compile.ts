import {type AnyLayer, kindOf} from "../layers/index";
import {type Layout, layout} from "./layout";
import {optimizers} from "./optimizers";
import type {Plan} from "./plan";
import {elements, type Planes} from "./planes";
import {each, GUARD, MEET, type Program, programOf, type Step} from "./program";

/** A network as programs that are ready for the threads. */
export interface Compiled {
  readonly layout: Layout;
  readonly programs: readonly Program[];
  /** Each of these numbers is a place in `programs`. */
  readonly train: number;
  /** The same as `train`, but it leaves the gradients and changes no weight. */
  readonly gradients: number;
  readonly inputGradient: number;
  /** Computes everything that is derived from the weights. It must run whenever weights were written. */
  readonly refresh: number;
  /** The programs that return a layer's output, by the layer's name. */
  readonly outputs: ReadonlyMap<string, Output>;
  /** The same, but each program returns the logits of all images after the output. */
  readonly withLogits: ReadonlyMap<string, Output>;
  /** The program that returns the outputs of all layers, one after the other, in this order. */
  readonly everything: {
    readonly program: number;
    readonly layers: readonly {readonly name: string; readonly width: number}[];
  };
  /** The address of each workspace. */
  readonly workspaces: readonly number[];
  /** The address of the class weights (f32) in the loss; 0 if there are none. */
  readonly classWeightsAt: number;
  /** The size of the shared memory in bytes. */
  readonly bytes: number;
}

/** The output of a program: `width` numbers for each image. */
export interface Output {
  readonly program: number;
  readonly width: number;
}

export interface Settings {
  readonly threads: number;
  /** The largest batch that the network will be trained on. */
  readonly batchSize: number;
  /** The weight of each class in the loss; absent: all classes count alike. */
  readonly classWeights?: Float32Array | undefined;
}

/** Lays a plan out in memory and writes its programs. */
export function compile(plan: Plan, {threads, batchSize, classWeights}: Settings): Compiled {
  const laid = layout(plan, batchSize);
  const classWeightsAt = classWeights ? laid.shared.take(4 * plan.classes) : 0;
  const {stages, image, imageGradient, logitGradient, probabilities} = laid;
  const logits = laid.outputs[stages.length - 1];

  const load = each(
    "groups",
    "loadImages",
    image.height,
    image.width,
    image.channels,
    image.at,
    image.row,
    image.plane,
  );
  const store = ({height, width, channels, at, row, plane}: Planes, before = 0) =>
    each("groups", "storeImages", height, width, channels, at, row, plane, before);
  const gather = (source: number) => laid.gathers.get(source) ?? [];
  // Nothing before the first trained weights needs a gradient.
  const isNeeded = new Set<number>();
  for (const [i, layer] of plan.layers.entries()) {
    if (isTrained(layer) || layer.from.some((source) => isNeeded.has(source))) isNeeded.add(i);
  }
  const downwards = stages.map((_, i) => stages.length - 1 - i);

  const gradientSteps = [
    load,
    ...stages.flatMap((stage) => stage.forward(true)),
    each("slots", "crossEntropy", logits.at, plan.classes, logitGradient.at, classWeightsAt),
    ...downwards
      .filter((i) => isNeeded.has(i))
      .flatMap((i) => [
        ...gather(i),
        ...stages[i].parameterGradients(true),
        ...(plan.layers[i].from.some((source) => isNeeded.has(source)) ? stages[i].inputGradient(true) : []),
      ]),
    ...stages.flatMap((stage) => stage.batchGradients()),
    each("parts", "sumSlots", laid.slotsAt, laid.slots, laid.slotStride, laid.slotted, laid.gradients),
  ].map(slotBySlot);
  const refresh = [
    each("parts", "scatter", laid.values, laid.flippedTo, laid.slotted, laid.flippedAt),
    ...stages.flatMap((stage) => stage.refresh?.() ?? []),
  ];
  const updates = stages.flatMap((stage) => stage.update?.() ?? []);
  const inputGradientSteps = [
    load,
    ...stages.flatMap((stage) => stage.forward(false)),
    each("groups", "logitGradient", plan.classes, logitGradient.at),
    ...downwards.flatMap((i) => [...gather(i), ...stages[i].inputGradient(false)]),
    ...gather(-1),
    store(imageGradient),
  ];

  const programs = [
    programOf([...gradientSteps, GUARD, optimizers[plan.optimizer].step(laid), ...updates, MEET, ...refresh]),
    programOf(gradientSteps),
    programOf(inputGradientSteps),
    programOf(refresh),
  ];
  const outputs = new Map<string, Output>();
  const withLogits = new Map<string, Output>();
  const give = (steps: readonly Step[], width: number) => ({program: programs.push(programOf(steps)) - 1, width});
  for (const [name, {layer, linear}] of Object.entries(plan.outputs)) {
    const steps = stages.slice(0, layer + 1).flatMap((stage, i) => stage.forward(false, linear && i === layer));
    const planes = layer < 0 ? image : laid.outputs[layer];
    const shown = [load, ...steps, store(planes)];
    // The next layer needs this layer's output with its relu, so the layer is computed once more.
    const rest = stages.slice(linear ? layer : layer + 1).flatMap((stage) => stage.forward(false));
    const width = elements(planes);
    outputs.set(name, give(shown, width));
    withLogits.set(name, give([...shown, ...rest, store(logits, width)], width));
  }
  const softmax = each("groups", "softmax", logits.at, plan.classes, probabilities.at);
  const whole = [load, ...stages.flatMap((stage) => stage.forward(false)), softmax, store(probabilities)];
  outputs.set(plan.probabilities, give(whole, plan.classes));
  const everything = {layers: [...outputs].map(([name, {width}]) => ({name, width})), program: programs.length};
  programs.push(programOf(everyOutput()));

  /** One pass that returns every output as soon as it is computed. */
  function everyOutput(): Step[] {
    const steps = [load];
    let [done, before] = [0, 0];
    for (const {layer, linear} of Object.values(plan.outputs)) {
      for (; done < (linear ? layer : layer + 1); done++) steps.push(...stages[done].forward(false));
      if (linear) steps.push(...stages[layer].forward(false, true)); // again with its relu, for the next layer
      const planes = layer < 0 ? image : laid.outputs[layer];
      steps.push(store(planes, before));
      before += elements(planes);
    }
    return [...steps, softmax, store(probabilities, before)];
  }

  const groups = programs.some(({workspaces}) => workspaces === "groups") ? Math.ceil(batchSize / 4) : 0;
  const count = Math.max(threads, groups);
  const first = laid.shared.take(laid.local.size * count);
  const workspaces = Array.from({length: count}, (_, i) => first + i * laid.local.size);
  const bytes = first + laid.local.size * count;
  return {
    layout: laid,
    programs,
    train: 0,
    gradients: 1,
    inputGradient: 2,
    refresh: 3,
    outputs,
    withLogits,
    everything,
    workspaces,
    classWeightsAt,
    bytes,
  };
}

function isTrained(layer: AnyLayer): boolean {
  return kindOf(layer)
    .parameters(layer)
    .some(({trainable}) => trainable);
}

/** In training, the steps of every group go slot by slot, so that one phase can run them all. */
function slotBySlot(step: Step): Step {
  return step.over === "groups" ? {...step, over: "slots"} : step;
}
