import {number, type Rule, type Rules} from "./rule";

/** The rule of Softmax: (g − Σ g y) · y along the axis. */
const softmax: Rule = ({b, y, g, a}) => {
  const axis = number(a.axis, -1);
  return [b.mul(b.sub(g, b.sum(b.mul(g, y[0]), [axis])), y[0])];
};

/** The rule of LogSoftmax: g − eʸ Σ g along the axis. */
const logSoftmax: Rule = ({b, y, g, a}) => {
  const axis = number(a.axis, -1);
  return [b.sub(g, b.mul(b.op("Exp", [y[0]]), b.sum(g, [axis])))];
};

/**
 * Rules of the operators that turn scores into probabilities. (Before opset 13, the axis had another meaning: see
 * prepare/lift.ts.)
 */
export const softmaxes: Rules = {Softmax: softmax, LogSoftmax: logSoftmax};
