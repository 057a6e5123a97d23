export {rankCorrelation} from "../lime/rank-correlation";
