import {none, type Rule, type Rules, refusal} from "./rule";

/** Operators whose outputs are whole numbers, truth values or sizes: no gradient passes through them. */
const NOTHING = [
  ...["Shape", "Size", "Constant", "ConstantOfShape", "EyeLike", "Range", "NonZero", "ArgMax", "ArgMin", "Hardmax"],
  ...["Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "Not", "And", "Or", "Xor", "IsNaN", "IsInf"],
  ...["BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitwiseNot", "NonMaxSuppression"],
  ...["RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Multinomial", "Bernoulli"],
  ...["HannWindow", "HammingWindow", "BlackmanWindow", "MelWeightMatrix"],
];

/** The rule of OneHot. The class's place has no gradient; the two values could have one, but nobody trains them. */
const oneHot: Rule = (call) => {
  if (call.needs(2)) throw refusal(call, "values that are constant", "ones that depend on what is asked for");
  return [];
};

/** Operators that read weights of few bits: their results have gradients, but these weights have none. */
const dequantize: Rule = (call) => {
  if (call.needs(1)) throw refusal(call, "a stored scale", "one that depends on what is asked for");
  return [call.g];
};

export const staircases: Rules = {
  ...Object.fromEntries(NOTHING.map((opType) => [opType, none])),
  OneHot: oneHot,
  DequantizeLinear: dequantize,
};
