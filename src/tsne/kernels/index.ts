export {attract2, attract3, sumDivergence} from "./attraction";
export {calibrate, countEdges, joinEdges, reverseLists, sumEdges} from "./affinities";
export {repelAll2, repelAll3, sumPotentials} from "./all-pairs";
export {packBounds} from "./bounds";
export {scaleColumns, sumColumns} from "./columns";
export {multiplyColumns, restoreRows, sampleKernel, sharpenKernel, transformRows, turnKernel} from "./convolution";
export {packPanels} from "./distances";
export {gramRows, gramWhole, measureColumns, packWhole, projectRows} from "./matrix-product";
export {interpolate, spread} from "./mesh";
export {
  clearLists, joinLeaves, joinNear, placeRows, projectPlaces, reverseNear, searchAll, writeNear,
} from "./near-rows";
export {findNeighbours, sortNearest} from "./neighbours";
export {cellCodes, growTree, repelTree, sortCodes, sortPoints} from "./octree";
export {nearestInPlane} from "./plane-neighbours";
export {compareBlocks, gatherNearest, guessThresholds} from "./pruned-neighbours";
export {sumRankExcess} from "./ranks";
export {repelNear, sortCells} from "./short-range";
export {diagonalise, mixVectors, multiplyVectors, orthonormalise} from "./symmetric";
export {moveGroup} from "./umap";
export {update} from "./update";
