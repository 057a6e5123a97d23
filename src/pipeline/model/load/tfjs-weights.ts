import {UserError} from "../../../nouns/options";

/** The checked content of a tfjs model.json: a topology, and the places of its weights. */
export interface TfjsModelJson {
  readonly format?: string;
  readonly modelTopology: object;
  readonly weightsManifest: readonly WeightGroup[];
  readonly signature?: object;
}

/** Arrays that follow one another in one or more files. */
interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}

interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: {readonly dtype: string};
}

/**
 * How many bytes one number takes in the file. Each text has its own length, so the number of its bytes cannot be known
 * beforehand.
 */
const BYTES: {readonly [dtype: string]: number} = {
  ...{float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2},
};

/** @param what Names the file in errors. @throws UserError if the JSON is not that of a tfjs model. */
export function tfjsModelJson(value: unknown, what: string): TfjsModelJson {
  const json = (typeof value === "object" && value !== null ? value : {}) as Partial<TfjsModelJson>;
  const {modelTopology, weightsManifest} = json;
  if (typeof modelTopology !== "object" || modelTopology === null || !Array.isArray(weightsManifest)) {
    throw new UserError(`${what}: expected a tfjs model's topology and weightsManifest, got only one or neither`);
  }
  const isGroup = (group: Partial<WeightGroup> | null) => Array.isArray(group?.paths) && Array.isArray(group?.weights);
  const groups: readonly (Partial<WeightGroup> | null)[] = weightsManifest;
  groups.forEach((group, g) => {
    const paths: readonly unknown[] = group?.paths ?? [];
    const weights: readonly (Partial<WeightSpec> | null)[] = group?.weights ?? [];
    if (!isGroup(group) || paths.some((path) => typeof path !== "string")) {
      throw new UserError(`${what}: expected paths and weights in weightsManifest[${g}], got other things`);
    }
    const odd = weights.find((spec) => !isSpec(spec));
    if (odd !== undefined) {
      const got = JSON.stringify(odd).slice(0, 80);
      throw new UserError(
        `${what}: expected weights with a name, a shape and a dtype in weightsManifest[${g}], got ${got}`,
      );
    }
  });
  return json as TfjsModelJson; // as checked
}

function isSpec(spec: Partial<WeightSpec> | null): boolean {
  if (typeof spec?.name !== "string" || typeof spec.dtype !== "string" || !Array.isArray(spec.shape)) return false;
  return spec.shape.every((n: unknown) => Number.isSafeInteger(n) && (n as number) >= 0);
}

/** How many bytes a group's files must have together; undefined if it contains texts. */
export function bytesOfGroup({weights}: WeightGroup, what: string): number | undefined {
  let sum = 0;
  for (const {name, shape, dtype, quantization} of weights) {
    if (dtype === "string") return undefined;
    const each = BYTES[quantization?.dtype ?? dtype];
    if (each === undefined) {
      throw new UserError(`${what}: expected weights of ${Object.keys(BYTES).join(", ")}, got ${name} of ${dtype}`);
    }
    sum += each * shape.reduce((product, n) => product * n, 1);
  }
  return sum;
}

/**
 * @throws UserError if a group's files do not have the sizes of its arrays, because all later arrays would be read from
 * wrong places.
 */
export function checkGroupSize(group: WeightGroup, sizes: readonly number[], what: string): void {
  const expected = bytesOfGroup(group, what);
  const got = sizes.reduce((sum, size) => sum + size, 0);
  if (expected === undefined || expected === got) return;
  throw new UserError(`${group.paths.join(", ")}: expected ${expected} bytes, as ${what} says, got ${got}`);
}
