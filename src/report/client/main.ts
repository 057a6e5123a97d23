import type {ReportFile} from "../report-file";
import {mountApp} from "./app";
import {carried, couldNotOpen} from "./carried";
import {decode} from "./decode";
import {follow} from "./live";
import {theme} from "./theme";

async function boot(): Promise<void> {
  theme.paint();
  const {file, bytes} = await carried<ReportFile>();
  const data = decode(file, bytes);
  const app = mountApp(data);
  // two frames: the first draws, the second has been shown
  requestAnimationFrame(() => requestAnimationFrame(() => ready()));
  const ready = () => {
    performance.mark("ready");
    document.documentElement.dataset.ready = "yes";
  };
  Object.assign(window, {epochscope: {current: app}});
  if (document.documentElement.dataset.live) follow(app, data);
}

boot().catch((error: unknown) => couldNotOpen(error));
