// Reads the numbers of a run: its accuracy by epoch, and what the best epoch takes for what.
import {openRun, run} from "epochscope";
import {argMaxRows, confusionCounts, wilsonInterval} from "epochscope/metrics";

const save = process.argv[2] ?? "save";
await run({epochs: 1, trainLimit: 2000, testLimit: 300, probes: "confusion", save}); // or read one of yours
const saved = await openRun("latest", {save});
for (const {epoch, testAccuracy} of saved.metrics) console.log(`epoch ${epoch}: ${(100 * testAccuracy).toFixed(1)} %`);

const {probabilities, labels} = await saved.predictions("best");
const classes = saved.facts.data.classNames.length;
const predicted = argMaxRows(probabilities, classes);
const counts = confusionCounts(labels, predicted, classes);
const right = labels.reduce((sum, label, n) => sum + (label === predicted[n] ? 1 : 0), 0);
const [low, high] = wilsonInterval(right, labels.length);
console.log(`95 % interval of the accuracy: ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %`);
console.log(`digits 4 that were taken for a 9: ${counts[4 * classes + 9]}`);
