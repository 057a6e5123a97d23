import type {Lesson} from "../../lesson";
import {byId, contextOf, toast} from "../elements";

/** Takes picture files that are dropped on the pad, or chosen: they are read in the page and sent nowhere. */
export function listenToFiles(lesson: Lesson, took: (pixels: Float32Array) => void): void {
  const box = byId("pad-box");
  const input = byId<HTMLInputElement>("file");
  const take = (file: File | undefined) => {
    if (!file) return;
    pixelsOf(file, lesson).then(took, () => toast(`${file.name}: expected a picture that this browser reads.`));
  };
  box.addEventListener("dragover", (event) => event.preventDefault());
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer?.files[0]);
  });
  input.addEventListener("change", () => {
    take(input.files?.[0]);
    input.value = "";
  });
}

/**
 * Turns a picture file into a picture like the lesson's: scaled to fit; the empty border is white (or black, if ink is
 * light).
 */
async function pixelsOf(file: File, {shape: [height, width, channels], isInk}: Lesson): Promise<Float32Array> {
  const picture = await createImageBitmap(file);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = contextOf(canvas);
  context.fillStyle = channels === 1 && isInk ? "#000" : "#fff";
  context.fillRect(0, 0, width, height);
  const scale = Math.min(width / picture.width, height / picture.height);
  const [w, h] = [picture.width * scale, picture.height * scale];
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, (width - w) / 2, (height - h) / 2, w, h);
  const {data} = context.getImageData(0, 0, width, height);
  const grey = (p: number) => 0.299 * data[4 * p] + 0.587 * data[4 * p + 1] + 0.114 * data[4 * p + 2];
  return Float32Array.from({length: width * height * channels}, (_, i) =>
    channels === 1 ? grey(i) / 255 : data[4 * Math.floor(i / 3) + (i % 3)] / 255,
  );
}
