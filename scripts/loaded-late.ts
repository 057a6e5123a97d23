/**
 * A source's modules that are loaded when they are needed, as ES modules load them: as CommonJS, which ts-node runs, a
 * source says `= require("./explain")`; neither a bundle nor a test knows that.
 */
export function loadedLate(source: string): string {
  return source.replaceAll(/= require\(("\.[^"]+")\)/g, "= await import($1)");
}
