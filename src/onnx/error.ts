/** A mistake in a model or in the call, not in this program. The message is one line: what, expected, got. */
export class OnnxError extends Error {
  override readonly name = "OnnxError";
}
