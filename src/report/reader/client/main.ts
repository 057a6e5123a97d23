import {carried, couldNotOpen} from "../../client/carried";
import {theme} from "../../client/theme";
import type {ReaderFile} from "../reader-file";
import {mountReader} from "./app";
import {decodeReader} from "./data";

async function boot(): Promise<void> {
  theme.paint();
  const {file, bytes} = await carried<ReaderFile>();
  mountReader(decodeReader(file, bytes));
  // two frames: the first draws, the second has been shown
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      document.documentElement.dataset.ready = "yes";
    }),
  );
}

boot().catch((error: unknown) => couldNotOpen(error));
