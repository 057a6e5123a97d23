import {createHash} from "node:crypto";
import {join, resolve} from "node:path";
import type * as tf from "@tensorflow/tfjs";
import {UserError} from "../../nouns/options";
import type {ImageShape} from "../../nouns/samples";
import {readWhole} from "../data/read-file";
import {fittingModel, type ModelMaker, type ModelName, toldModels} from "../model/index";
import {freeze} from "../model/own/frozen";
import {isModelFile, type ModelFile, stemOf} from "../model/own/model-file";
import {ownModel} from "../model/own/own-model";
import {registeredModel} from "../model/own/registered";
import type {RunFile} from "../record/run-file";
import type {RunOptions} from "./options";
import {type StartingWeights, startingWeights} from "./starting-weights";

/** The network that a run will train, before it is made. */
export interface ChosenModel {
  readonly name: string;
  readonly why: string;
  readonly makeModel: () => tf.LayersModel;
  /** The weights from which it begins, instead of random ones. */
  readonly start?: StartingWeights;
  /** The facts about the network in run.json, besides its layers. */
  readonly facts: {readonly [name: string]: unknown};
  /** Notes for the user, one line each. */
  readonly notes: readonly string[];
}

/** The name of a network that the caller handed in as a function. */
export const OWN = "own";

/** The facts about a network that a file makes, kept in run.json so that a resumed run gets the same network. */
interface FileFacts {
  readonly path: string;
  readonly sha256: string;
  /** SHA-256 of its layers, their order and their options. It is needed because the file may import others. */
  readonly outline: string;
}

/**
 * The network that the run will train: one that the caller handed in, one from a file, that of the run whose weights it
 * begins with, a built-in one by name, or the built-in one that fits the data.
 *
 * @param before The run.json of a run that is resumed: if the network's file has changed since, it is refused.
 * @throws UserError in one line, if the network cannot be made or does not fit the data.
 */
export async function chooseModel(
  options: RunOptions,
  {imageShape, classNames}: {readonly imageShape: ImageShape; readonly classNames: readonly string[]},
  own: ModelMaker | undefined,
  before: RunFile | undefined,
): Promise<ChosenModel> {
  const {seed, weights, freeze: frozen, save} = options;
  const start = weights === "" ? undefined : await startingWeights(save, weights);
  checkSameStart(start, before);
  const classes = classNames.length;
  const finished = (make: () => tf.LayersModel) => () => {
    const model = make();
    if (frozen !== "") freeze(model, frozen);
    return model;
  };
  const facts = start ? {weightsFrom: {path: start.path, sha256: start.sha256}} : {};
  const rest = {...(start ? {start} : {}), notes: [] as readonly string[]};
  if (own)
    return {...rest, name: OWN, why: "handed in", makeModel: finished(() => own(imageShape, classes, seed)), facts};

  const asked =
    options.model === "auto" && start?.model !== undefined && start.model !== OWN ? start.model : options.model;
  const why = asked === options.model ? "asked for" : "that of the weights";
  if (isModelFile(asked)) {
    const file = await fileFacts(asked, before);
    const {make, notes, outline} = await ownModel(asked, imageShape, classes, seed);
    const kept: FileFacts = {...file, outline: sha256(outline)};
    checkSameOutline(kept, before);
    return {...rest, name: stemOf(asked), why, makeModel: finished(make), notes, facts: {...facts, file: kept}};
  }
  if (registeredModel(asked)) {
    const {make, notes, outline} = await ownModel(asked, imageShape, classes, seed);
    const kept = {outline: sha256(outline)};
    const old = before?.model.config as typeof kept | undefined;
    if (old && old.outline !== kept.outline) {
      throw new UserError(`--model ${asked}: expected the network that the run began with, got other layers`);
    }
    return {...rest, name: asked, why, makeModel: finished(make), notes, facts: {...facts, config: kept}};
  }
  const {name, why: fits} = asked === "auto" ? fittingModel(imageShape) : {name: asked as ModelName, why};
  const make = () => toldModels[name](imageShape, classes, seed, options);
  return {...rest, name, why: fits, makeModel: finished(make), facts};
}

async function fileFacts(file: ModelFile, before: RunFile | undefined) {
  const path = resolve(file);
  const kept = {path, sha256: sha256(await readWhole(path, {most: 16e6}))};
  const old = before?.model.file as FileFacts | undefined;
  if (old && old.sha256 !== kept.sha256) {
    throw new UserError(
      `${file}: expected the file that the run began with, got one that has changed since; a new run takes it`,
    );
  }
  return kept;
}

function checkSameOutline({path, outline}: FileFacts, before: RunFile | undefined): void {
  const old = before?.model.file as FileFacts | undefined;
  if (!old || old.outline === outline) return;
  throw new UserError(
    `${path}: expected the network that the run began with, got other layers: a file that it imports has changed since`,
  );
}

function checkSameStart(start: StartingWeights | undefined, before: RunFile | undefined): void {
  const old = before?.model.weightsFrom as {readonly sha256?: string} | undefined;
  if (!start || !old || old.sha256 === start.sha256) return;
  throw new UserError(`--weights: expected the weights that the run began with, got others in ${join(start.path)}`);
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
