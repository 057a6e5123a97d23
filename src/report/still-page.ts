import {html} from "../escape/html";
import {hashSource} from "./shell";

/** A page that stands beside the report. */
export interface StillPage {
  readonly title: string;
  readonly style: string;
  /** The page's own code, if it has any; nothing else may run. */
  readonly script?: string;
  /** Everything between `<body>` and `</body>`, as HTML. */
  readonly body: string;
}

/**
 * A whole HTML page that opens from disk and loads nothing: its security policy allows its own style and script by
 * their hashes, and pictures and fonts that are in the page itself.
 */
export function stillPage({title, style, script, body}: StillPage): string {
  const code = script === undefined ? "" : `script-src ${hashSource(script)}; `;
  const policy = `default-src 'none'; ${code}style-src ${hashSource(style)}; img-src data:; font-src data:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${html(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
