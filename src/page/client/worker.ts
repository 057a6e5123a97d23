import {provideKernels as provideEngine} from "../../engine/index";
import {provideKernels as provideMaps} from "../../tsne/index";
import {answerer} from "../answerer";
import {materialOf} from "../lesson";
import type {Beginning, FromAsker, FromTrainer, ToAsker, ToTrainer} from "../messages";
import {trainer} from "../trainer";

/** @file One source, two workers: the trainer learns and the asker answers, so that a question never waits for a batch. */

/** A worker's own scope, of which only this is used. */
const scope = self as unknown as {
  postMessage(message: FromTrainer | FromAsker): void;
  onmessage: (event: MessageEvent<Beginning | ToTrainer | ToAsker>) => void;
};

scope.onmessage = ({data}) => {
  const {role, lesson, bytes, kernels} = data as Beginning; // the first message is
  const material = materialOf(lesson, bytes);
  const tell = (told: FromTrainer | FromAsker) => scope.postMessage(told);
  const hear = (role === "trainer" ? trainer(material, tell) : answerer(material, tell)) as (
    asked: ToTrainer | ToAsker,
  ) => void;
  const ready = Promise.all([provideEngine("plain", kernels.engine), provideMaps(kernels.tsne)]);
  ready.catch((error: Error) => tell({kind: "failed", why: error.message, run: 1}));
  scope.onmessage = (event) => {
    void ready.then(() => hear(event.data as ToTrainer | ToAsker)); // in the order they came
  };
};
