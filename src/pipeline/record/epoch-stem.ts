/** "map-epoch-003": the beginning of the names of what a run keeps of an epoch; without a name "epoch-003". */
export function epochStem(epoch: number, name = ""): string {
  return `${name}${name && "-"}epoch-${`${epoch}`.padStart(3, "0")}`;
}
