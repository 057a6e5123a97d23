/** The part of @tensorflow/tfjs-vis that the page uses. */
export interface Vis {
  readonly show: {modelSummary(container: HTMLElement, model: VisModel): Promise<void>};
  readonly render: {
    table(container: HTMLElement, data: {headers: string[]; values: (string | number)[][]}): Promise<void>;
  };
}

/** The parts of a tf.LayersModel that the summary reads. */
export interface VisModel {
  readonly layers: readonly {
    readonly name: string;
    readonly trainable: boolean;
    readonly outputShape: readonly (number | null)[];
    countParams(): number;
  }[];
}

let loading: Promise<Vis> | undefined;

/**
 * tfjs-vis, unpacked and run when it is first asked for: it is ten times as large as the rest of the page's code, and
 * most readers never open the panel. The page's security policy contains its hash. Only its tables are used: its charts
 * compile text into code as they draw (vega), which the policy forbids.
 */
export function loadVis(): Promise<Vis> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Vis> {
  const packed = atob(document.getElementById("vis")?.textContent?.trim() ?? "");
  const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
  const source = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  const script = document.createElement("script");
  script.textContent = source;
  document.head.append(script);
  return (window as unknown as {tfvis: Vis}).tfvis;
}
