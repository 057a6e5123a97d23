// t-SNE of your own vectors: 300 points around three centres in ten dimensions.
import {tsne} from "epochscope/tsne";

const [rows, columns] = [300, 10];
let state = 1;
const random = () => {
  state = (state * 16807) % 2147483647; // Park & Miller 1988
  return state / 2147483647;
};
const values = Float32Array.from({length: rows * columns}, (_, i) => {
  const [row, column] = [Math.floor(i / columns), i % columns];
  return (row % 3 === column ? 8 : 0) + random();
});

const {points, klDivergence} = await tsne({rows, columns, values}, {perplexity: 20});
const centre = (k) => {
  const own = Array.from({length: rows / 3}, (_, i) => 3 * i + k);
  return [0, 1].map((d) => own.reduce((sum, row) => sum + points[2 * row + d], 0) / own.length);
};
const apart = Math.hypot(centre(0)[0] - centre(1)[0], centre(0)[1] - centre(1)[1]);
console.log(`Kullback-Leibler divergence ${klDivergence.toFixed(2)}; two of the three groups are ${apart.toFixed(1)} apart`);
