import type {AttributeProto, GraphProto, NodeProto, TensorProto} from "./model";

export type AttributeValue = number | string | readonly number[] | readonly string[] | TensorProto | GraphProto;
/** A node's attributes by name. */
export type Attributes = {readonly [name: string]: AttributeValue | undefined};

/** onnx.proto's AttributeProto.AttributeType. */
const [FLOAT, INT, STRING, TENSOR, GRAPH, FLOATS, INTS, STRINGS] = [1, 2, 3, 4, 5, 6, 7, 8];
const text = new TextDecoder();

export function attributesOf({attribute = []}: Pick<NodeProto, "attribute">): Attributes {
  return Object.fromEntries(attribute.map((a) => [a.name, attributeValue(a)]));
}

function attributeValue(a: AttributeProto): AttributeValue | undefined {
  switch (a.type) {
    case FLOAT:
      return a.f ?? 0;
    case INT:
      return a.i ?? 0;
    case STRING:
      return text.decode(a.s ?? new Uint8Array());
    case TENSOR:
      return a.t;
    case GRAPH:
      return a.g;
    case FLOATS:
      return a.floats ?? [];
    case INTS:
      return a.ints ?? [];
    case STRINGS:
      return (a.strings ?? []).map((s) => text.decode(s));
    default:
      return undefined;
  }
}

/** The names of attributes that are real numbers, because a JavaScript number does not show this. */
const REAL = new Set(["alpha", "beta", "gamma", "epsilon", "lambd", "bias", "extrapolation_value", "cubic_coeff_a"]);

/**
 * The attributes that are not undefined, in the form of the file. Numbers are whole numbers, except for those named
 * above.
 */
export function attributesFrom(values: Attributes): AttributeProto[] {
  return Object.entries(values).flatMap(([name, value]): AttributeProto[] => {
    if (value === undefined) return [];
    if (typeof value === "string") return [{name, type: STRING, s: new TextEncoder().encode(value)}];
    if (typeof value === "number")
      return [REAL.has(name) ? {name, type: FLOAT, f: value} : {name, type: INT, i: value}];
    if (Array.isArray(value)) return [{name, type: INTS, ints: value as readonly number[]}];
    return [{name, type: TENSOR, t: value as TensorProto}];
  });
}
