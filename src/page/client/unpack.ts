import {byId} from "./elements";

/**
 * The bytes of a packed part of the page: base64 of gzip in a block of text. The block is emptied, so that its memory
 * becomes free.
 */
export async function unpack(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const block = byId(id);
  const text = atob((block.textContent ?? "").trim());
  block.textContent = "";
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
