type Numbers = Float32Array; // stands for any typed array: they are made and filled alike

/**
 * A copy in a buffer of its own, which can be handed over to a thread. (A view would take its whole buffer along; a
 * Buffer's `slice` would not copy.)
 */
export function owned<V extends ArrayBufferView>(view: V): V {
  if (view instanceof Uint8Array) return new Uint8Array(view) as ArrayBufferView as V; // a Buffer as well
  const numbers = view as ArrayBufferView as Numbers;
  const copy = new (numbers.constructor as Float32ArrayConstructor)(numbers.length);
  copy.set(numbers);
  return copy as ArrayBufferView as V;
}
