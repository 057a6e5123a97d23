// LIME explains any function from images to probabilities. This one knows two classes: "bright on the left" and the other.
import {explainWithLime} from "epochscope/lime";

const [height, width] = [16, 16];
const classifier = {
  imageShape: [height, width, 1],
  classNames: ["bright on the left", "bright on the right"],
  // pixels[((n * height + y) * width + x) * channels + c] in [0, 1]; answer with probabilities, [n * classes + k]
  async predict({count, pixels}) {
    const answers = new Float32Array(2 * count);
    for (let n = 0; n < count; n++) {
      let lead = 0;
      for (let p = 0; p < height * width; p++) lead += (p % width < width / 2 ? 1 : -1) * pixels[n * height * width + p];
      answers[2 * n] = 1 / (1 + Math.exp(-lead / 8));
      answers[2 * n + 1] = 1 - answers[2 * n];
    }
    return answers;
  },
};

// a bright square on the left, a dim one on the right
const pixels = Float32Array.from({length: height * width}, (_, p) => {
  const [x, y] = [p % width, Math.floor(p / width)];
  if (y < 4 || y > 11) return 0;
  return x > 1 && x < 6 ? 1 : x > 9 && x < 14 ? 0.4 : 0;
});
const image = {count: 1, shape: [height, width, 1], pixels};

const {weights, segmentation, r2} = await explainWithLime(classifier, image, {
  segmenter: {method: "grid", segments: 4},
  hiding: [0], // black, as what is empty; by default a segment's mean, which this classifier would not notice
  samples: 200,
});
const [left, right] = [0, width - 1].map((corner) => weights[segmentation.labels[corner]].toFixed(2));
console.log(`upper left quarter ${left}, upper right quarter ${right} (R² ${r2.toFixed(2)})`);
