import type {Builder, Name} from "./builder";
import {each, number, type Rule, type Rules, range, refusal} from "./rule";

/**
 * The rule of y = a b: da = g bᵀ, db = aᵀ g, summed over the axes along which a or b was broadcast. A vector counts as
 * a row or a column.
 */
const matMul: Rule = (call) => {
  const {b, x, y, g} = call;
  const isVector = x.map((name) => b.rank(name) === 1);
  const added = [...(isVector[0] ? [-2] : []), ...(isVector[1] ? [-1] : [])]; // axes that y would have had
  const whole = added.length ? b.op("Unsqueeze", [g, b.ints(added)]) : g;
  const left = isVector[0] ? b.op("Unsqueeze", [x[0], b.ints([0])]) : x[0];
  const right = isVector[1] ? b.op("Unsqueeze", [x[1], b.ints([1])]) : x[1];
  const lead = b.dims(y[0]).slice(0, b.rank(y[0]) - 2 + added.length);
  const back = (i: number): Name => {
    const other = swapped(b, i === 0 ? right : left, Math.max(2, b.rank(x[1 - i])));
    return i === 0 ? b.op("MatMul", [whole, other]) : b.op("MatMul", [other, whole]);
  };
  return each(call, (i) => {
    if (isVector[i]) return b.as(b.sum(back(i), range(lead.length)), x[i]);
    return b.fit(back(i), [...lead, ...b.dims(x[i]).slice(-2)], x[i]);
  });
};

/** Exchanges the last two axes. */
function swapped(b: Builder, x: Name, rank: number): Name {
  const perm = [...range(rank - 2), rank - 1, rank - 2];
  return b.once(`swapped ${x}`, () => b.op("Transpose", [x], {perm}));
}

/** The rule of Gemm, y = α a' b' + β c, where a' and b' may be transposed. */
const gemm: Rule = (call) => {
  const {b, x, y, g, a} = call;
  const [transA, transB] = [number(a.transA, 0), number(a.transB, 0)];
  const [alpha, beta] = [number(a.alpha, 1), number(a.beta, 1)];
  return each(call, (i) => {
    if (i === 2) return b.fit(beta === 1 ? g : b.mul(g, b.number(beta)), b.dims(y[0]), x[2]);
    if (i === 0 && transA) return b.op("Gemm", [x[1], g], {transA: transB, transB: 1, alpha});
    if (i === 0) return b.op("Gemm", [g, x[1]], {transB: 1 - transB, alpha});
    if (transB) return b.op("Gemm", [g, x[0]], {transA: 1, transB: transA, alpha});
    return b.op("Gemm", [x[0], g], {transA: 1 - transA, alpha});
  });
};

/** Each factor's gradient is the product of g and the other factors, summed to the factor's letters. */
const einsum: Rule = (call) => {
  const {b, x, g, a} = call;
  const equation = (a.equation as string).replaceAll(" ", "");
  const [left, right] = equation.split("->");
  const terms = left.split(",");
  const out = right ?? lettersOnce(left);
  return each(call, (i) => {
    const others = terms.filter((_, j) => j !== i);
    const letters = new Set(terms[i]);
    const isPlain = letters.size === terms[i].length && !equation.includes(".");
    if (!isPlain || ![...letters].every((c) => out.includes(c) || others.join("").includes(c))) {
      throw refusal(
        call,
        "an equation whose letters stand once in a factor, and in another one or the result",
        `"${equation}"`,
      );
    }
    return b.op("Einsum", [g, ...x.filter((_, j) => j !== i)], {
      equation: `${[out, ...others].join(",")}->${terms[i]}`,
    });
  });
};

/** The letters of the result. Without "->", these are the letters that occur once, in alphabetical order. */
function lettersOnce(terms: string): string {
  const letters = [...terms].filter((c) => c !== ",");
  return letters
    .filter((c) => letters.indexOf(c) === letters.lastIndexOf(c))
    .sort()
    .join("");
}

/** Rules of products of matrices. */
export const products: Rules = {MatMul: matMul, Gemm: gemm, Einsum: einsum};
