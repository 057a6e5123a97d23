/** @file The page's elements without a browser: each is there as soon as it is asked for, and tells what it was drawn. */
import {vi} from "vitest";
import {PlainElement} from "../support/plain-document";

const COLORS: {readonly [name: string]: string} = {
  ...{"--raised": "#000", "--ink": "#fff", "--ok": "#0000c8", "--bad": "#c80000", "--sal": "#00c864"},
};

type Call = readonly (string | number)[];

export class PageElement extends PlainElement {
  width = 0;
  height = 0;
  clientWidth = 0;
  clientHeight = 0;
  /** The calls of its context, with numbers of at most two decimals, and pictures left out. */
  calls: Call[] = [];
  /** The last picture that was put on it. */
  image: {readonly data: Uint8ClampedArray} | undefined;
  focused = 0;
  captured: number | undefined;
  box = {left: 0, top: 0, width: 0, height: 0};

  get firstElementChild(): PlainElement | undefined {
    return this.children[0];
  }
  get lastElementChild(): PlainElement | undefined {
    return this.children.at(-1);
  }
  focus(): void {
    this.focused++;
  }
  contains(): boolean {
    return false;
  }
  scrollIntoView(): void {}
  getBoundingClientRect(): object {
    return this.box;
  }
  setPointerCapture(id: number): void {
    this.captured = id;
  }
  hasPointerCapture(id: number): boolean {
    return this.captured === id;
  }
  querySelector(tag: string): PlainElement | null {
    return this.all(tag)[0] ?? null;
  }
  /** Sends it an event. */
  send(name: string, event: object = {}): void {
    this.listeners.get(name)?.({preventDefault: () => undefined, stopPropagation: () => undefined, ...event});
  }
  /** The calls of one of the context's functions, such as `fillRect`. */
  drawn(name: string): Call[] {
    return this.calls.filter(([called]) => called === name).map(([, ...given]) => given);
  }
  /** The properties of its context that were set, such as a colour. */
  readonly given: {[name: string]: unknown} = {};
  override setAttribute(name: string, value: string): void {
    super.setAttribute(name, value);
    if (name === "width" || name === "height") this[name] = Number(value);
  }
  override getContext(): object {
    const known: {[name: string]: unknown} = Object.assign(this.given, {
      measureText: (text: string) => ({width: 6 * text.length}),
      createImageData: (width: number, height: number) => ({data: new Uint8ClampedArray(4 * width * height)}),
      putImageData: (image: {data: Uint8ClampedArray}) => {
        this.image = image;
      },
      getImageData: (_x: number, _y: number, width: number, height: number) => ({
        data: Uint8ClampedArray.from({length: 4 * width * height}, (_, i) => i),
      }),
    });
    const call =
      (name: string) =>
      (...given: unknown[]) => {
        const kept = given.flat().filter((one) => typeof one === "string" || typeof one === "number");
        this.calls.push([name, ...kept.map((one) => (typeof one === "number" ? Math.round(100 * one) / 100 : one))]);
      };
    return new Proxy(known, {get: (_, name: string) => known[name] ?? call(name)});
  }
}

/** Puts a document of such elements in the place of the browser's, until `vi.unstubAllGlobals`. */
export function pageDocument() {
  const ids = new Map<string, PageElement>();
  const made: PageElement[] = [];
  const create = (tag: string) => {
    const element = new PageElement(tag);
    made.push(element);
    return element;
  };
  const byId = (id: string): PageElement => {
    const element = ids.get(id) ?? create(id);
    ids.set(id, element);
    return element;
  };
  const lists: {[selector: string]: PageElement[]} = {};
  vi.stubGlobal("document", {
    ...{createElement: create, createElementNS: (_: string, tag: string) => create(tag), getElementById: byId},
    ...{documentElement: create("html"), body: create("body"), activeElement: null, querySelector: () => null},
    querySelectorAll: (selector: string) => lists[selector] ?? [],
  });
  document.documentElement.dataset.theme = "light";
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("devicePixelRatio", 1);
  const watching = class {
    observe(): void {}
  };
  vi.stubGlobal("ResizeObserver", watching);
  vi.stubGlobal("MutationObserver", watching);
  vi.stubGlobal("getComputedStyle", () => ({
    fontSize: "16px",
    fontFamily: "",
    getPropertyValue: (name: string) => COLORS[name] ?? "#808080",
  }));
  vi.stubGlobal("matchMedia", () => ({matches: true, addEventListener: () => undefined}));
  return {byId, create, made, lists, clear: () => ids.clear()};
}
