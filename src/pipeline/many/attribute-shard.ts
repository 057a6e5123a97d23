import {resolveOptions, UserError} from "../../nouns/options";
import {attributed} from "../attributed";
import {methods} from "../attribution/methods/index";
import type {Method} from "../attribution/methods/method";
import {mostProbable} from "../explained-classes";
import type {PixelSubject} from "../jobs/explain-question";
import {overlapped} from "../probes/overlapped";
import {imageAt} from "../probes/segment-explanation";
import type {OpenShard} from "./open-shard";
import type {FoundMaps} from "./pixel-columns";
import {resultBytes} from "./result-bytes";

/** Maps of pixels: each image gets the bits that `explain test:8 --method` gives it alone. */
export async function attributeShard(
  subject: PixelSubject,
  {network, indices, images}: OpenShard,
): Promise<Uint8Array> {
  const {target, seed} = subject;
  const method = methodNamed(subject.method);
  const values: object = resolveOptions(method.options, subject.options, `--${method.name}.`);
  const found = await overlapped(indices.length, (n) =>
    attributed(network, imageAt(images, n), {
      ...{method, values, seed},
      targets: (probabilities) => {
        if (target === "predicted") return mostProbable(probabilities, 1);
        return [target === "label" ? images.labels[n] : target];
      },
    }),
  );
  const [height, width] = images.shape;
  const maps = new Float32Array(found.length * height * width);
  found.forEach(({maps: [map]}, n) => {
    maps.set(map.values, n * height * width);
  });
  const columns: FoundMaps = {
    index: Uint32Array.from(indices),
    label: Uint32Array.from(images.labels),
    target: Uint32Array.from(found, ({targets}) => targets[0]),
    probability: Float32Array.from(found, ({probabilities, targets}) => probabilities[targets[0]]),
    faithfulness: Float64Array.from(found, ({trusts}) => trusts[0]),
    gap: Float64Array.from(found, ({maps: [map]}) => map.gap ?? Number.NaN),
    values: maps,
  };
  return resultBytes(columns);
}

/** @throws UserError if there is no such method: a queue may name anything. */
export function methodNamed(name: string): Method {
  const method = methods.find((one) => one.name === name);
  if (method) return method;
  throw new UserError(`method: expected one of ${methods.map((one) => one.name).join(", ")}, got ${name}`);
}
