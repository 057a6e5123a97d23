export {assign, bound, gather, offer} from "./slic";
