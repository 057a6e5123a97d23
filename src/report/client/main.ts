import type {ReportFile} from "../report-file";
import {mountApp} from "./app";
import type {Data} from "./data";
import {decode} from "./decode";
import {follow} from "./live";
import {theme} from "./theme";

/** The run that the page carries: its facts as JSON, its arrays as base64 of gzip. */
async function load(): Promise<Data> {
  const text = (id: string) => document.getElementById(id)?.textContent ?? "";
  const file = JSON.parse(text("run")) as ReportFile;
  return decode(file, await unpacked(text("bytes")));
}

async function unpacked(base64: string): Promise<ArrayBuffer> {
  const packed = atob(base64.trim());
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

async function boot(): Promise<void> {
  theme.paint();
  const data = await load();
  const app = mountApp(data);
  // two frames: the first draws, the second has been shown
  requestAnimationFrame(() => requestAnimationFrame(() => ready()));
  const ready = () => {
    performance.mark("ready");
    document.documentElement.dataset.ready = "yes";
  };
  Object.assign(window, {epochscope: {current: app}});
  if (document.documentElement.dataset.live) follow(app, data);
}

boot().catch((error: unknown) => {
  const line = document.createElement("p");
  line.className = "fatal";
  line.textContent = `This report could not be opened: ${error instanceof Error ? error.message : String(error)}`;
  document.body.replaceChildren(line);
});
