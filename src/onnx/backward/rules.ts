import {activations} from "./activations";
import {convolutions} from "./convolution";
import {elementwise} from "./elementwise";
import {normalisation} from "./normalisation";
import {picking} from "./picking";
import {pooling} from "./pooling";
import {products} from "./products";
import {reductions} from "./reductions";
import {resizing} from "./resize";
import type {Rules} from "./rule";
import {shapes} from "./shapes";
import {softmaxes} from "./softmax";
import {staircases} from "./staircases";

/** One rule for each operator, by family. An operator that is not here is refused with its name. */
export const RULES: Rules = {
  ...elementwise,
  ...activations,
  ...products,
  ...convolutions,
  ...pooling,
  ...normalisation,
  ...reductions,
  ...softmaxes,
  ...shapes,
  ...picking,
  ...resizing,
  ...staircases,
};

/** Operators whose rules take gradients at more than their first output. */
export const WITH_MANY_OUTPUTS: ReadonlySet<string> = new Set(["Split", "TopK"]);

/** Operators that round to few whole numbers: QuantizeLinear, QLinearConv, MatMulInteger, … */
export function isQuantiser(opType: string): boolean {
  return /^(Quantize|DynamicQuantize|QLinear|QGemm|QAttention)|Integer(ToFloat)?$/.test(opType);
}
