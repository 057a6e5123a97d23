/** @file A document that only keeps what is put into it: enough for panels that make words, without a browser. */
import {vi} from "vitest";

type Kid = PlainElement | string;

export class PlainElement {
  readonly attributes = new Map<string, string>();
  readonly dataset: {[name: string]: string} = {};
  readonly style = {setProperty: (name: string, value: string) => this.styles.set(name, value)};
  readonly styles = new Map<string, string>();
  readonly listeners = new Map<string, (event: object) => void>();
  kids: Kid[] = [];
  hidden = false;
  tabIndex = 0;
  title = "";
  private names = new Set<string>();
  readonly classList = {
    add: (name: string) => this.names.add(name),
    remove: (name: string) => this.names.delete(name),
    toggle: (name: string, on: boolean) => (on ? this.names.add(name) : this.names.delete(name)),
    contains: (name: string) => this.names.has(name),
  };

  constructor(readonly tag: string) {}

  append(...kids: Kid[]): void {
    this.kids.push(...kids);
  }
  replaceChildren(...kids: Kid[]): void {
    this.kids = kids;
  }
  setAttribute(name: string, value: string): void {
    if (name === "class") this.names = new Set(value.split(" "));
    if (name === "hidden") this.hidden = true;
    if (name === "title") this.title = value;
    this.attributes.set(name, value);
  }
  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }
  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }
  hasAttribute(name: string): boolean {
    return this.attributes.has(name);
  }
  addEventListener(name: string, listener: (event: object) => void): void {
    this.listeners.set(name, listener);
  }
  /** Nothing is drawn. */
  getContext(): object | null {
    return null;
  }
  toggleAttribute(name: string, on: boolean): void {
    if (on) this.attributes.set(name, "");
    else this.attributes.delete(name);
  }
  click(): void {
    this.listeners.get("click")?.({});
  }
  get children(): PlainElement[] {
    return this.kids.filter((kid): kid is PlainElement => typeof kid !== "string");
  }
  get textContent(): string {
    return this.kids.map((kid) => (typeof kid === "string" ? kid : kid.textContent)).join("");
  }
  set textContent(text: string) {
    this.kids = [text];
  }
  /** All elements inside with a class, or else of a tag, in their order. */
  all(name: string): PlainElement[] {
    return this.children.flatMap((kid) => [
      ...(kid.tag === name || kid.classList.contains(name) ? [kid] : []),
      ...kid.all(name),
    ]);
  }
  /** The text of the first of them. */
  text(name: string): string | undefined {
    return this.all(name)[0]?.textContent;
  }
}

/** Puts a plain document in the place of the browser's, until `vi.unstubAllGlobals`. */
export function plainDocument(): void {
  const watching = class {
    observe(): void {}
  };
  const createElement = (tag: string) => new PlainElement(tag);
  vi.stubGlobal("document", {
    ...{createElement, createElementNS: (_: string, tag: string) => createElement(tag)},
    ...{documentElement: new PlainElement("html"), body: new PlainElement("body")},
    ...{querySelector: () => null, getElementById: () => null},
  });
  vi.stubGlobal("getComputedStyle", () => ({fontSize: "16px", fontFamily: "", getPropertyValue: () => "#808080"}));
  vi.stubGlobal("matchMedia", () => ({matches: true, addEventListener: () => undefined}));
  vi.stubGlobal("ResizeObserver", watching);
  vi.stubGlobal("MutationObserver", watching);
}

/** Keeps a state, and calls its listeners at once with the names of what has changed. */
export function plainStore<S extends object>(initial: S) {
  const state = {...initial} as {-readonly [K in keyof S]: S[K]};
  const listeners: ((state: S, changed: ReadonlySet<keyof S>) => void)[] = [];
  return {
    state,
    on: (listener: (typeof listeners)[number]) => void listeners.push(listener),
    go: (stop: number) => void Object.assign(state, {stop}),
    set(change: Partial<S>): void {
      Object.assign(state, change);
      for (const listener of listeners) listener(state, new Set(Object.keys(change) as (keyof S)[]));
    },
  };
}
