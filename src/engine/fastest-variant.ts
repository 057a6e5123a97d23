import {FIRST} from "./control";
import {kernelModule, type Variant} from "./modules";

/**
 * Fused multiply-add must be this much faster to be taken. Where multiplications and additions share the processor's
 * ports it is up to twice as fast; where they do not (AMD's Zen), equal: and since the two round differently, noise must
 * not choose between them, or a run would not repeat.
 */
const CLEARLY = 0.8;
/**
 * Nothing makes it more than twice as fast. Where it seems so, only one of the two is compiled by the optimizing compiler
 * yet (V8 starts with quick, slow code): 4 times as fast was seen, in the first 30 calls.
 */
const IMPOSSIBLY = 0.45;
/** Calls of each without a new best of either until the two are taken as settled, and in all. */
const SETTLED = 300;
const MOST = 6000;

let chosen: Promise<Variant> | undefined;

/** Times a small convolution in both builds, 20 to 50 ms, once in a process. */
export function fastestVariant(): Promise<Variant> {
  chosen ??= choose();
  return chosen;
}

async function choose(): Promise<Variant> {
  const plain = await instance("plain");
  let fused: () => void;
  try {
    fused = await instance("fused-multiply-add");
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return "plain"; // no relaxed SIMD in this Node
    throw error;
  }
  const best = {plain: Number.POSITIVE_INFINITY, fused: Number.POSITIVE_INFINITY};
  let settled = 0;
  for (let round = 0; round < MOST; round++) {
    const [plainNow, fusedNow] = [milliseconds(plain), milliseconds(fused)];
    settled = plainNow < 0.98 * best.plain || fusedNow < 0.98 * best.fused ? 0 : settled + 1;
    best.plain = Math.min(best.plain, plainNow);
    best.fused = Math.min(best.fused, fusedNow);
    const ratio = best.fused / best.plain;
    if (settled >= SETTLED && ratio > IMPOSSIBLY) return ratio < CLEARLY ? "fused-multiply-add" : "plain";
  }
  return "plain";
}

/** A convolution 3 x 3 of 8 channels by 8 on 16 x 16 pixels: half a million multiply-adds, all in the first-level cache. */
async function instance(variant: Variant): Promise<() => void> {
  const memory = new WebAssembly.Memory({initial: 3, maximum: 3, shared: true});
  const abort = () => {
    throw new Error("kernel aborted");
  };
  const {exports} = await WebAssembly.instantiate(await kernelModule(variant), {env: {memory, abort}});
  const convolve = exports.convolve as (...args: number[]) => void;
  const [channels, size, kernel] = [8, 16, 3];
  const [row, plane] = [(size + kernel - 1) * 16, (size + kernel - 1) ** 2 * 16];
  const [taps, weights, input] = [FIRST, FIRST + 1024, FIRST + 4096];
  const output = input + channels * plane;
  const offsets = new Uint32Array(memory.buffer, taps, channels * kernel * kernel);
  offsets.forEach((_, tap) => {
    const [c, within] = [Math.floor(tap / 9), tap % 9];
    offsets[tap] = c * plane + Math.floor(within / kernel) * row + (within % kernel) * 16;
  });
  const [from, to] = [
    [input, row, 16, taps, offsets.length, weights, weights, channels],
    [output, size * 16, size * size * 16, size, size],
  ];
  return () => convolve(...from, ...to, 0, 0, 0, 0);
}

function milliseconds(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}
