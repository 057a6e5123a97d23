export {respond} from "./lab";
export {addPairs} from "./quickshift";
export {assign, bound, gather, offer} from "./slic";
