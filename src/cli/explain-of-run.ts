import {type Asked, explainKept} from "../pipeline/explain-kept";
import {withWatchedNetwork} from "../pipeline/open/watched-network";
import type {RunAt} from "../pipeline/record/saved-run";

/** Explains test images of any run, whether it trained its network or watched it: see `explainKept`. */
export const explainOfRun = (at: RunAt, asked: readonly Asked[]) => explainKept(at, asked, withWatchedNetwork);
