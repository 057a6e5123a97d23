/** The beginning of the names of an epoch's files: "map-epoch-003", or "epoch-003" without a name. */
export function epochStem(epoch: number, name = ""): string {
  return `${name}${name && "-"}epoch-${`${epoch}`.padStart(3, "0")}`;
}
