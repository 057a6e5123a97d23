/** When a picture was taken, for its title: "before training", "after epoch 3". */
export function after(epoch: number): string {
  return epoch === 0 ? "before training" : `after epoch ${epoch}`;
}
