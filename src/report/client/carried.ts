/** The data in the page: a run's facts as JSON, its arrays as base64 of gzip. */
export async function carried<F>(): Promise<{readonly file: F; readonly bytes: ArrayBuffer}> {
  const text = (id: string) => document.getElementById(id)?.textContent ?? "";
  return {file: JSON.parse(text("run")) as F, bytes: await unpacked(text("bytes"))};
}

async function unpacked(base64: string): Promise<ArrayBuffer> {
  const packed = atob(base64.trim());
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/** Shows one line instead of the page, which says why there is no page. */
export function couldNotOpen(error: unknown): void {
  const line = document.createElement("p");
  line.className = "fatal";
  line.textContent = `This report could not be opened: ${error instanceof Error ? error.message : String(error)}`;
  document.body.replaceChildren(line);
}
