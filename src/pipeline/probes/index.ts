import type {Probe} from "../types";
import {attention} from "./attention";
import {confusion} from "./confusion";
import {lime} from "./lime";
import {mistakes} from "./mistakes";
import {projection} from "./projection";
import {saliency} from "./saliency";

/** Every probe there is, in the order in which they run. */
export const probes: readonly Probe[] = [confusion, saliency, projection, lime, mistakes, attention];
