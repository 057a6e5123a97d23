/** A mistake in a model or in what was asked of it, not in the program. The message is one line: what, expected, got. */
export class OnnxError extends Error {
  override readonly name = "OnnxError";
}
