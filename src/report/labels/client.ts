/** @file The page's script: a decision about each suspect, kept in the browser, and saved as the CSV that `--edit` reads. */

type Decision = "" | "keep" | "relabel" | "drop";

interface PageData {
  /** The key under which the browser keeps the decisions. */
  readonly id: string;
  /**
   * The suspects that are shown, with one line of the list for each; the first line is the header, and `decision` is
   * empty in all of them.
   */
  readonly lines: readonly string[];
  /**
   * The place of the decision among the comma-separated cells, counted from the end, because the cells before it may
   * contain commas in quotes.
   */
  readonly decisionFromEnd: number;
}

const data = JSON.parse(element("data").textContent ?? "") as PageData;
const items = [...document.querySelectorAll<HTMLLIElement>(".suspects > li")];
const decisions = restored();
let now = 0;

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`page: expected #${id}, got none`);
  return found;
}

/** The earlier decisions, if the browser lets a page store them. */
function restored(): Decision[] {
  try {
    const kept = JSON.parse(localStorage.getItem(data.id) ?? "[]") as Decision[];
    return items.map((_, i) => kept[i] ?? "");
  } catch {
    return items.map(() => ""); // a page from disk may not keep anything: decisions last as long as it is open
  }
}

function keep(): void {
  try {
    localStorage.setItem(data.id, JSON.stringify(decisions));
  } catch {
    // as above; the button that saves the list does not need this
  }
}

function show(): void {
  items.forEach((item, i) => {
    item.classList.toggle("now", i === now);
    item.classList.toggle("decided", decisions[i] !== "");
    for (const button of item.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", `${button.dataset.decision === decisions[i]}`);
    }
  });
  const count = (decision: Decision) => decisions.filter((one) => one === decision).length;
  const decided = decisions.filter(Boolean).length;
  element("count").textContent =
    `${decided} of ${items.length} decided: ${count("keep")} kept, ${count("relabel")} relabelled, ${count("drop")} dropped`;
}

function decide(i: number, decision: Decision): void {
  decisions[i] = decisions[i] === decision ? "" : decision;
  keep();
  if (decisions[i] !== "") {
    const next = decisions.findIndex((one, j) => j > i && one === "");
    if (next >= 0) now = next;
  }
  show();
  items[now].scrollIntoView({block: "nearest"});
}

items.forEach((item, i) => {
  for (const button of item.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      now = i;
      decide(i, button.dataset.decision as Decision);
    });
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  const keys: {readonly [key: string]: Decision} = {g: "keep", s: "relabel", d: "drop"};
  if (key in keys) decide(now, keys[key]);
  else if (key === "j" || key === "arrowright") now = Math.min(items.length - 1, now + 1);
  else if (key === "k" || key === "arrowleft") now = Math.max(0, now - 1);
  else return;
  event.preventDefault();
  show();
  items[now].scrollIntoView({block: "nearest"});
});

element("save").addEventListener("click", () => {
  const lines = data.lines.map((line, n) => {
    const decision = n === 0 ? "" : (decisions[n - 1] ?? "");
    if (decision === "") return line;
    const cells = line.split(",");
    cells[cells.length - data.decisionFromEnd] = decision;
    return cells.join(",");
  });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], {type: "text/csv"}));
  link.download = "suspects.csv";
  link.click();
});

show();
document.documentElement.dataset.ready = "yes";
