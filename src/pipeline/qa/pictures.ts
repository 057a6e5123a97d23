import {join} from "node:path";

import {type FactTable, factSheets} from "../../plots/fact-table";
import {figure} from "../../plots/figure";
import {lineSheet} from "../../plots/line-chart";
import {pdfOf} from "../../plots/pdf";
import {heatSheet} from "../../plots/token-heat";
import {writeWhole} from "../record/write-whole";
import {type ReaderChart, readerCharts} from "./charts";
import {readAnswers, readFacts, readLooks, readQuestions} from "./files";
import {stateOf} from "./state";

const sheetOf = (chart: ReaderChart) => (chart.kind === "lines" ? lineSheet(chart.data) : heatSheet(chart.data));

/** Draws pictures of how a reader learned into `plots/`: each as a PNG, with its numbers as JSON beside it. */
export async function readerPictures(path: string): Promise<void> {
  for (const chart of await readerCharts(path)) {
    const {width, height, draw} = sheetOf(chart);
    await writeWhole(join(path, "plots", `${chart.name}.png`), figure(width, height, draw).png);
    const {name: _, ...facts} = chart;
    const text = JSON.stringify(facts, (_key, value) => (value instanceof Float32Array ? Array.from(value) : value));
    await writeWhole(join(path, "plots", `${chart.name}.json`), `${text}\n`);
  }
}

/**
 * Writes all pictures into one PDF, with a table of the network's parts and one of the questions and answers.
 *
 * @returns Its path.
 * @throws UserError if the folder holds no reader's run.
 */
export async function readerPdf(path: string): Promise<string> {
  const {name} = await readFacts(path);
  const charts = await readerCharts(path);
  const sheets = [...factSheets(await madeOf(path)), ...charts.map(sheetOf), ...factSheets(await askedOf(path))];
  const file = join(path, "report.pdf");
  await writeWhole(file, pdfOf(name, sheets));
  return file;
}

async function madeOf(path: string): Promise<FactTable> {
  const {name, startedAt, options} = await readFacts(path);
  const looks = await readLooks(path);
  const last = looks.at(-1);
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  const {layers, heads, width, longest, data, from, epochs, batchSize, seed} = options;
  const network = from
    ? ([["goes on from", from]] as const)
    : ([
        ["layers of attention", `${layers}, ${heads} heads each`],
        ["nodes", `${width} a token, ${4 * width} inside a layer`],
      ] as const);
  return {
    title: name,
    parts: [
      {
        heading: "The network",
        rows: [
          ["kind", `BERT for questions, ${await stateOf(path)}`],
          ...network,
          ["longest window", `${longest} tokens`],
        ],
      },
      {
        heading: "The training",
        rows: [
          ...([
            ["begun", startedAt],
            ["questions", data || "made by rules"],
          ] as const),
          ["passes, batch", `${epochs || Math.round(last?.epoch ?? 0)}, ${batchSize} windows a step`],
          ["seed", `${seed}`],
        ],
      },
      ...(last
        ? [
            {
              heading: `At step ${last.step}`,
              rows: [
                ["exact match", share(last.exactMatch)],
                ["F1", share(last.f1)],
              ] as const,
            },
          ]
        : []),
    ],
  };
}

/** For each tracked question, its words and the answer at the last look. */
async function askedOf(path: string): Promise<FactTable> {
  const last = (await readLooks(path)).at(-1);
  const questions = await readQuestions(path);
  const answers = last && (await readAnswers(path, last.step));
  const parts = questions.flatMap(({question, context, answers: golds, tracked}, n) => {
    if (!tracked) return [];
    const [from, to, probability] = answers?.[n] ?? [0, 0, 0];
    const rows = [
      ["context", context],
      ["answer", `${context.slice(from, to) || "nothing"} (${(100 * probability).toFixed(1)} %)`],
      ["right answer", golds.map(({text}) => text).join(" / ") || "none"],
      ["start, end", `${from}, ${to} of ${context.length} characters`],
      ["token length", `${tracked.tokens.length}`],
    ] as const;
    return [{heading: question, rows}];
  });
  return {title: "What it was asked", parts};
}
