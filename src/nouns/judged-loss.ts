/**
 * The loss by which one epoch is better than another: the validation images'. Where there are none, as for a network that was
 * trained elsewhere, it is the test images', and who shows it says so.
 */
export function judgedLoss({
  validationLoss,
  testLoss,
}: {
  readonly validationLoss: number | null;
  readonly testLoss?: number;
}): number {
  return validationLoss ?? testLoss ?? Number.POSITIVE_INFINITY;
}
