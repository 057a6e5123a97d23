export {cluster} from "./slic";
