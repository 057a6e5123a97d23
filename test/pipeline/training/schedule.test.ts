import {expect, test} from "vitest";

import {constant, oneCycle} from "../../../src/pipeline/training/schedule";

// torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=11) by its formula (PyTorch 2, lr_scheduler.py,
// _annealing_cos): from max / 25 to max over steps 0 to 0.3 * 11 - 1, then to max / 25e4 at step 10.
const torch = [
  4.0e-4, 4.223411e-3, 9.602614e-3, 9.797466e-3, 8.844757e-3, 7.26087e-3, 5.305827e-3, 3.30058e-3, 1.574325e-3,
  4.104555e-4, 4e-8,
];

test("one cycle begins at a 25th of its peak, goes as PyTorch's, and ends at nearly 0", () => {
  const rate = oneCycle(0.01);
  for (const [step, expected] of torch.entries()) expect(rate(step, 11)).toBeCloseTo(expected, 8);
  expect(rate(10, 11)).toBeCloseTo(0.01 / 25e4, 10);
});

test("one cycle reaches its peak once, climbing before and falling after", () => {
  const rates = Array.from({length: 1000}, (_, step) => oneCycle(0.004)(step, 1000));
  const top = rates.indexOf(Math.max(...rates));
  expect(top).toBe(299);
  expect(rates[top]).toBeCloseTo(0.004, 8);
  for (let i = 1; i < 1000; i++) expect(Math.sign(rates[i] - rates[i - 1])).toBe(i <= top ? 1 : -1);
});

test("constant is constant, and one cycle of one step is finite", () => {
  expect(constant(0.1)(7, 9)).toBe(0.1);
  expect(Number.isFinite(oneCycle(0.1)(0, 1))).toBe(true);
});
