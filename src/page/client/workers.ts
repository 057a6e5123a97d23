import type {Beginning, FromAsker, FromTrainer, ToAsker, ToTrainer} from "../messages";

/** The two workers of the page. */
export interface Workers {
  trainer(message: ToTrainer): void;
  asker(message: ToAsker): void;
  /** Sets the function that gets their answers. */
  hear(trainer: (told: FromTrainer) => void, asker: (told: FromAsker) => void): void;
}

/** Starts both from one source. @param fail Called with the message if one of them breaks. */
export function startWorkers(
  source: Uint8Array<ArrayBuffer>,
  material: Omit<Beginning, "role">,
  fail: (message: string) => void,
): Workers {
  const address = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
  const start = (role: Beginning["role"]) => {
    const worker = new Worker(address);
    worker.onerror = ({message}) => fail(message);
    worker.postMessage({role, ...material} satisfies Beginning);
    return worker;
  };
  const [trainer, asker] = [start("trainer"), start("asker")];
  return {
    trainer: (message) => trainer.postMessage(message),
    asker: (message) => asker.postMessage(message),
    hear(ofTrainer, ofAsker) {
      trainer.onmessage = ({data}: MessageEvent<FromTrainer>) => ofTrainer(data);
      asker.onmessage = ({data}: MessageEvent<FromAsker>) => ofAsker(data);
    },
  };
}
