// A network of your own, trained and looked at after every epoch. It must end in layers named "logits" and "probabilities".
import * as tf from "@tensorflow/tfjs";
import {run} from "epochscope";

function makeModel([height, width, channels], classes, seed) {
  const kernelInitializer = tf.initializers.glorotUniform({seed});
  return tf.sequential({
    layers: [
      tf.layers.conv2d({inputShape: [height, width, channels], filters: 8, kernelSize: 5, activation: "relu", kernelInitializer}),
      tf.layers.maxPooling2d({poolSize: 2}),
      tf.layers.flatten(),
      tf.layers.dense({name: "logits", units: classes, kernelInitializer}),
      tf.layers.softmax({name: "probabilities"}),
    ],
  });
}

// Without the limits it takes all of MNIST; `data: "my-pictures"` takes a folder with a folder of pictures for each class.
const {best, run: left} = await run({makeModel, epochs: 2, trainLimit: 3000, testLimit: 500, save: process.argv[2] ?? "save"});
console.log(`epoch ${best.epoch}: ${(100 * best.testAccuracy).toFixed(1)} % of the test images are right`);
console.log(`page: ${left.path}/report.html`);
