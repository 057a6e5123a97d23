import {createHash} from "node:crypto";
import {readFileSync} from "node:fs";
import {gunzipSync} from "node:zlib";
import {expect, test} from "vitest";
import {writeReport} from "../../src/report/page";
import {exampleRun} from "./example-run";

const vis = readFileSync("node_modules/@tensorflow/tfjs-vis/dist/tfjs-vis.umd.min.js", "utf8").trim();
const HOSTILE = ["</script><script>alert(1)</script>", '<img src=x onerror="alert(1)">', "@CSP@ $& $1 -->"];

/** The blocks of a page, by the text between their tags. */
function block(html: string, open: string, close: string): string {
  const start = html.indexOf(open) + open.length;
  expect(start).toBeGreaterThan(open.length);
  return html.slice(start, html.indexOf(close, start));
}

test("writes one page whose scripts and styles run by their hash alone", async () => {
  const html = readFileSync(await writeReport(exampleRun()), "utf8");
  const policy = block(html, 'http-equiv="Content-Security-Policy" content="', '"');
  const sha = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  expect(policy).toContain(`script-src ${sha(block(html, "<script>", "</script>"))} ${sha(vis)};`);
  expect(policy).toContain(`style-src ${sha(block(html, "<style>", "</style>"))} ${sha("")};`);
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|connect-src|https?:/);
});

test("carries its data in two blocks that decode", async () => {
  const html = readFileSync(await writeReport(exampleRun()), "utf8");
  const file = JSON.parse(block(html, '<script type="application/json" id="run">', "</script>"));
  const bytes = gunzipSync(Buffer.from(block(html, '<script type="text/plain" id="bytes">', "</script>"), "base64"));
  expect(file.format).toBe("epochscope-report/3");
  expect(bytes.length).toBeGreaterThan(file.lime.entries.at(-1).at(-1).segments.offset);
});

test("names from the data cannot become markup", async () => {
  const folder = exampleRun({classNames: HOSTILE, name: HOSTILE[0], data: HOSTILE[1]});
  const html = readFileSync(await writeReport(folder), "utf8");
  expect(html.match(/<script/g)).toHaveLength(4);
  expect(html).not.toContain("<img");
  const file = JSON.parse(block(html, '<script type="application/json" id="run">', "</script>"));
  expect([...file.classNames, file.run.name]).toEqual([...HOSTILE, HOSTILE[0]]);
});

test("asks for nothing outside itself", async () => {
  const html = readFileSync(await writeReport(exampleRun()), "utf8");
  const markup = html.replace(/<script>[\s\S]*?<\/script>/, "");
  expect(markup).not.toMatch(/(?:src|href)="(?!data:)/);
  expect(markup).not.toMatch(/url\((?!"?data:)/);
});
