/**
 * Rewrites the late imports of a source to those of ES modules. Some modules are loaded only when they are needed, and
 * a source says so as CommonJS, which ts-node runs: `= require("./explain")`. Neither a bundle nor a test understands
 * this.
 */
export function loadedLate(source: string): string {
  return source.replaceAll(/= require\(("\.[^"]+")\)/g, "= await import($1)");
}
