/** The folder of a reader's run of that name (`qa train`), or undefined; it is looked for where a run of images may also be meant. */
export async function readerIn(save: string, name: string): Promise<string | undefined> {
  const {findReader}: typeof import("../pipeline/qa/find") = require("../pipeline/qa/find");
  return findReader(save, name);
}
