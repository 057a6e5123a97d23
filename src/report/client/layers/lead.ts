import {fittedPlateau} from "../../../numbers/plateau";
import type {Data} from "../data";
import {h, type Kid} from "../dom";
import {int, pct, plural} from "../format";
import type {Store} from "../state";
import {alikeWords} from "./alike-words";
import type {LayersData} from "./data";

/** The sentence about the layers: how similar they are to their final state, and how far they still had to go. */
export function mountLayersLead(data: Data, layers: LayersData, store: Store): HTMLElement {
  const lead = h("h1", {class: "lead"});
  const below = h("p", {class: "sub"});
  const root = h("div", {class: "hero-say", "aria-live": "polite"}, lead, below);
  const say = (element: Element, ...kids: Kid[]) =>
    element.replaceChildren(...kids.filter((kid): kid is Node | string => Boolean(kid)));
  const spell = (epochs: number) => `${epochs} epoch${epochs === 1 ? "" : "s"}`; // this may be a part of an epoch
  const curve = data.file.metrics.flatMap(({steps}) => steps ?? []);
  const plateau = fittedPlateau(
    curve.map(({at}) => at),
    curve.map(({loss}) => loss),
  );
  /** A fitted curve may level off later than the run ended. */
  const trained = Math.max(0, ...data.file.metrics.map(({epoch}) => epoch));
  store.on(({stop, view}, changed) => {
    if (view !== "layers" || !(changed.has("stop") || changed.has("view"))) return;
    const epoch = data.epochs[stop];
    const e = layers.at(epoch);
    const when = epoch === 0 ? "Before training" : `After ${plural(epoch, "epoch")}`;
    const known = layers.rows.flatMap((layer) => {
      const like = e < 0 ? null : layer.likeLast[e];
      return like === null ? [] : [{layer, like}];
    });
    if (known.length === 0) {
      say(lead, `${when}, the layers were not looked at.`);
      say(below);
      return;
    }
    const least = known.reduce((a, b) => (b.like < a.like ? b : a));
    const isLast = e === layers.epochs.length - 1;
    const [name, moved] = [least.layer.name, least.layer.moved[e]];
    if (isLast) {
      const furthest = layers.rows.reduce((a, b) => ((b.fromStart[e] ?? 0) > (a.fromStart[e] ?? 0) ? b : a));
      say(
        lead,
        h("strong", {}, furthest.name),
        " moved furthest: ",
        h("strong", {}, pct(furthest.fromStart[e] ?? 0, 0)),
        " of its weights' length.",
      );
    } else {
      say(
        lead,
        `${when}, the layers were `,
        h("strong", {}, pct(Math.max(0, least.like), 0)),
        " or more like their final selves.",
      );
    }
    const dead = layers.layers.reduce((sum, layer) => sum + (layer.dead[e]?.length ?? 0), 0);
    const dormant = layers.layers.reduce((sum, layer) => sum + layer.dormant[e].length, 0);
    const units = layers.layers.reduce((sum, layer) => sum + layer.units, 0);
    say(
      below,
      !isLast && `The least alike was ${name}, by CKA. `,
      moved !== null && `Its weights moved by ${pct(moved, 0)} of their length since epoch ${layers.epochs[e - 1]}. `,
      dead === 0
        ? `None of ${int(units)} units is dead`
        : `${plural(dead, "unit")} of ${int(units)} ${dead === 1 ? "is" : "are"} dead`,
      dormant === 0 ? ", none dormant." : `, ${int(dormant)} dormant.`,
      alikeWords(layers, data.attention?.alike(stop)),
      plateau &&
        ` The training loss levels off at ${Number(plateau.level.toPrecision(2))}; 95 % of its fall ${plateau.at95 > trained ? "would be" : "was"} done after ${spell(Number(plateau.at95.toPrecision(2)))}.`,
    );
  });
  return root;
}
