import {OnnxError} from "../error";
import {type Attributes, attributesFrom} from "../file/attributes";
import type {AttributeProto, NodeProto, TensorProto} from "../file/model";
import {type FloatType, floatsTensor, intsTensor, TYPE} from "../file/tensors";
import type {Seen, Sizes} from "../seen";

/** A tensor's name. */
export type Name = string;

/** The end of a Slice that stands for "to the last number". */
export const END = 2 ** 53;

/** Collects the nodes and constants of an appendix. Its methods add a node and return the name of its output. */
export class Builder {
  readonly nodes: NodeProto[] = [];
  readonly constants: TensorProto[] = [];
  /** The type of the current gradient; constants and masks get this type. */
  float: FloatType = "float32";
  /** The tensors whose constant numbers were asked for. */
  readonly consulted = new Set<Name>();
  private readonly made = new Map<string, Name>();

  /**
   * @param opset The version of the standard operators, 17 or later.
   * @param prefix The beginning of every new name; no name in the model begins with it.
   */
  constructor(
    readonly opset: number,
    private readonly sizes: Sizes,
    private readonly prefix: string,
  ) {}

  /** @param a Attributes as values, or as another node has them. */
  op(opType: string, input: readonly Name[], a: Attributes | readonly AttributeProto[] = {}): Name {
    return this.ops(opType, input, 1, a)[0];
  }

  ops(opType: string, input: readonly Name[], outputs: number, a: Attributes | readonly AttributeProto[] = {}): Name[] {
    const output = Array.from({length: outputs}, (_, i) => `${this.prefix}${this.nodes.length}.${i}:${opType}`);
    const attribute = Array.isArray(a) ? (a as readonly AttributeProto[]) : attributesFrom(a as Attributes);
    this.nodes.push({opType, input, output, attribute});
    return output;
  }

  /** Makes a value once, and returns it again for the same key. */
  once(key: string, make: () => Name): Name {
    let name = this.made.get(key);
    if (name === undefined) {
      name = make();
      this.made.set(key, name);
    }
    return name;
  }

  /** A constant of floats, a scalar unless `dims` says otherwise. */
  floats(values: readonly number[], dims: readonly number[] = []): Name {
    const {float} = this;
    return this.once(`${float} ${values}|${dims}`, () =>
      this.constant((name) => floatsTensor(name, float, values, dims)),
    );
  }

  number(value: number): Name {
    return this.floats([value]);
  }

  /** A constant of whole numbers, a list unless `dims` says otherwise. */
  ints(values: readonly number[], dims: readonly number[] = [values.length]): Name {
    return this.once(`int64 ${values}|${dims}`, () => this.constant((name) => intsTensor(name, values, dims)));
  }

  private constant(make: (name: string) => TensorProto): Name {
    const name = `${this.prefix}constant${this.constants.length}`;
    this.constants.push(make(name));
    return name;
  }

  /** The type and sizes of one of the model's tensors, as the trial runs saw them. */
  seen(name: Name): Seen {
    const found = this.sizes.get(name);
    if (!found) throw new Error(`backward: expected the sizes of "${name}" to have been seen`);
    return found;
  }

  /**
   * A tensor's sizes; −1 for a size that depends on the batch. @throws OnnxError if they depend on the numbers of the
   * inputs.
   */
  dims(name: Name): readonly number[] {
    const {dims, unsteady} = this.seen(name);
    if (unsteady) {
      throw new OnnxError(
        `gradient: expected sizes that depend only on the inputs' sizes, got "${name}", whose sizes depend on values`,
      );
    }
    return dims;
  }

  rank(name: Name): number {
    return this.seen(name).dims.length;
  }

  /** Returns the few numbers of a tensor that is the same for every input; undefined if it varies or does not exist. */
  values(name: Name | undefined): readonly number[] | undefined {
    if (!name) return undefined;
    this.consulted.add(name);
    return this.sizes.get(name)?.values;
  }

  shape(of: Name): Name {
    return this.once(`shape of ${of}`, () => this.op("Shape", [of]));
  }

  /** `x` in the shape of `like`. */
  as(x: Name, like: Name): Name {
    return this.op("Reshape", [x, this.shape(like)]);
  }

  zerosLike(x: Name): Name {
    const {float} = this;
    const zero = {dataType: TYPE[float], dims: [1], rawData: new Uint8Array(float === "float32" ? 4 : 8)};
    return this.once(`${float} zeros like ${x}`, () => this.op("ConstantOfShape", [this.shape(x)], {value: zero}));
  }

  add(a: Name, b: Name): Name {
    return this.op("Add", [a, b]);
  }

  sub(a: Name, b: Name): Name {
    return this.op("Sub", [a, b]);
  }

  mul(a: Name, b: Name): Name {
    return this.op("Mul", [a, b]);
  }

  div(a: Name, b: Name): Name {
    return this.op("Div", [a, b]);
  }

  neg(x: Name): Name {
    return this.op("Neg", [x]);
  }

  /** Converts a tensor to the type of the gradient: booleans become 0 and 1. */
  asFloat(x: Name): Name {
    return this.op("Cast", [x], {to: TYPE[this.float]});
  }

  sum(x: Name, axes: readonly number[], keepdims = 1): Name {
    return axes.length === 0 ? x : this.op("ReduceSum", [x, this.ints(axes)], {keepdims});
  }

  mean(x: Name, axes: readonly number[]): Name {
    if (this.opset < 18) return this.op("ReduceMean", [x], {axes, keepdims: 1});
    return this.op("ReduceMean", [x, this.ints(axes)], {keepdims: 1});
  }

  slice(
    x: Name,
    axes: readonly number[],
    starts: readonly number[],
    ends: readonly number[],
    steps?: readonly number[],
  ) {
    const all = [starts, ends, axes, ...(steps ? [steps] : [])];
    return this.op("Slice", [x, ...all.map((list) => this.ints(list))]);
  }

  /** Puts zeros around `x`, or cuts numbers from its border if a pad is negative. */
  pad(x: Name, pads: readonly number[]): Name {
    return pads.every((n) => n === 0) ? x : this.op("Pad", [x, this.ints(pads)]);
  }

  /** Reverses the numbers of `x` along these axes. */
  turned(x: Name, axes: readonly number[]): Name {
    if (axes.length === 0) return x;
    const each = (n: number) => axes.map(() => n);
    return this.slice(x, axes, each(-1), each(-END), each(-1));
  }

  /** Sums over the axes along which `like` was broadcast to the sizes `out`. */
  fit(g: Name, out: readonly number[], like: Name): Name {
    const wanted = this.dims(like);
    const lead = out.length - wanted.length;
    const axes = out.flatMap((n, i) => (i < lead || (wanted[i - lead] === 1 && n !== 1) ? [i] : []));
    const summed = this.sum(g, axes);
    return lead > 0 ? this.as(summed, like) : summed;
  }
}
