/**
 * @file Measures why the page that learns maps scores and not features: how many of a test digit's ten neighbours on
 * the map are of its own class, before and after training. `npm run bench -- demo-maps [seeds]`; three seeds by
 * default. docs/demo.md quotes it.
 */
import {EMBEDDING} from "../src/nouns/network";
import {sameClassNear} from "../src/page/client/map/lay-out";
import {type Config, defaultsOf} from "../src/page/config";
import {learn, type Moment} from "../src/page/learn";
import {type Material, splitsOf, testLabels} from "../src/page/lesson";
import {mapOf} from "../src/page/map-of";
import {batchesOf} from "../src/page/moments";
import {networkOf} from "../src/page/network";
import {first} from "../src/pipeline/data/split";
import {mnistMaterial} from "../test/page/lesson-data";

async function momentsOf(config: Config, material: Material): Promise<Moment[]> {
  const moments: Moment[] = [];
  for await (const told of learn(config, material)) if (told.kind === "moment") moments.push(told);
  return moments;
}

/** The maps of the features at these moments. Each starts from the one before, like the page's maps of the scores. */
async function featureMaps(config: Config, material: Material, moments: readonly Moment[]): Promise<Float32Array[]> {
  const {lesson} = material;
  const network = await networkOf(config, lesson);
  const {test} = splitsOf(material);
  const seen = await test.read(first(test.count));
  const maps: Float32Array[] = [];
  for (const {weights, step} of moments) {
    await network.setFlatWeights(weights);
    const [{values}] = await network.forward(seen, [EMBEDDING]);
    const mixing = step <= batchesOf(config, lesson.batchSize);
    const map = mapOf(values, values.length / test.count, maps.at(-1), mixing);
    for (;;) {
      const {done, value} = await map.next();
      if (!done) continue;
      maps.push(value.points);
      break;
    }
  }
  await network.dispose();
  return maps;
}

async function main(): Promise<void> {
  const material = await mnistMaterial();
  const labels = testLabels(material);
  const ends = (maps: readonly Float32Array[]) =>
    [maps[0], maps[maps.length - 1]].map((points) => sameClassNear(points, labels).toFixed(2)).join(" → ");
  const rows: Record<string, string | number>[] = [];
  for (let seed = 0; seed < Number(process.argv[2] ?? 3); seed++) {
    const config = {...defaultsOf(material.lesson), seed};
    const moments = await momentsOf(config, material);
    const features = await featureMaps(config, material, moments);
    rows.push({seed, "map of scores": ends(moments.map(({points}) => points)), "map of features": ends(features)});
  }
  console.log("Of ten neighbours on the map, those of the digit's own class: untrained → trained");
  console.table(rows);
}

void main();
