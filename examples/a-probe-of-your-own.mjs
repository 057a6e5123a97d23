// A probe of your own: after every epoch, the test images that the network doubts most.
import {run} from "epochscope";

const doubts = {
  name: "doubts",
  help: "the test images that the network is least sure about",
  options: {count: {default: 8, help: "how many are shown"}},
  async *run({classifier, test, testProbabilities, epoch}, {count}) {
    const classes = classifier.classNames.length;
    const surest = Array.from({length: test.count}, (_, n) =>
      Math.max(...testProbabilities.subarray(n * classes, (n + 1) * classes)),
    );
    const order = Array.from(surest.keys()).sort((a, b) => surest[a] - surest[b]);
    const indices = Uint32Array.from(order.slice(0, count));
    const images = await test.read(indices);
    const [height, width, channels] = images.shape;
    yield {
      name: "most",
      plot: "imageGrid", // src/plots/index.ts lists them
      data: {
        ...{title: `Least sure after epoch ${epoch}`, height, width, channels},
        columns: Array.from(indices, (n) => `${(100 * surest[n]).toFixed(0)} % sure`),
        rows: [{label: "image", values: images.pixels, scale: "intensity"}],
      },
      numbers: {indices},
    };
  },
};

const settings = {epochs: 1, trainLimit: 2000, testLimit: 300, probes: "none", save: process.argv[2] ?? "save"};
const {run: left} = await run({...settings, ownProbes: [doubts], probeOptions: {doubts: {count: 6}}});
console.log(`pictures: ${left.path}/plots/doubts`);
