import {byId} from "./elements";
import type {Page} from "./page";

/** On a narrow page one panel is open at a time. @returns Opens one. */
export function mountTabs(page: Page): (name: string) => void {
  const tabs = [...document.querySelectorAll<HTMLElement>("[data-for]")];
  const open = (name: string) => {
    byId("main").dataset.tab = name;
    for (const tab of tabs) {
      const isOpen = tab.dataset.for === name;
      tab.setAttribute("aria-selected", String(isOpen));
      tab.tabIndex = isOpen ? 0 : -1;
    }
    page.restyled();
  };
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => open(tab.dataset.for as string));
    tab.addEventListener("keydown", (event) => {
      const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      if (!by) return;
      const next = tabs[(i + by + tabs.length) % tabs.length];
      open(next.dataset.for as string);
      next.focus();
      event.preventDefault();
      event.stopPropagation();
    });
  });
  return open;
}
