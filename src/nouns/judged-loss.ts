/**
 * The loss that decides which epoch is better: that of the validation images. A network that was trained elsewhere has
 * none; then it is the loss of the test images, and whoever shows the number must say so.
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
