import {readFileSync} from "node:fs";
import {gunzipSync} from "node:zlib";
import {slic} from "/work/wt/lime/src/pipeline/analysis/segmentation/slic";
import {quickshift} from "/work/wt/lime/src/pipeline/analysis/segmentation/quickshift";
import {felzenszwalb} from "/work/wt/lime/src/pipeline/analysis/segmentation/felzenszwalb";
import {labOf} from "/work/wt/lime/src/pipeline/analysis/segmentation/color-space";
import {gaussianBlur} from "/work/wt/lime/src/pipeline/analysis/segmentation/gaussian-blur";
const pixels = Float32Array.from(gunzipSync(readFileSync("/work/wt/lime/test/fixtures/segmentation/"+(process.argv[2]??"coffee")+".rgb.gz")), (v) => v / 255);
const raster = {shape: [224, 224, 3], pixels} as const;
const med=(a:number[])=>a.sort((x,y)=>x-y)[a.length>>1];
function time(name:string,f:()=>unknown,n=15){for(let i=0;i<5;i++)f();const t:number[]=[];for(let i=0;i<n;i++){const c=process.cpuUsage();const s=performance.now();f();t.push(performance.now()-s);}console.log(name,med(t).toFixed(2),"min",Math.min(...t).toFixed(2));}
time("slic",()=>slic(raster, {segments: 100, compactness: 10, sigma: 0}));
time("slic s1",()=>slic(raster, {segments: 50, compactness: 10, sigma: 1}));
time("lab",()=>labOf(raster));
const lab=labOf(raster);
time("blur0",()=>gaussianBlur(lab,224,224,3,0));
time("blur1",()=>gaussianBlur(lab,224,224,3,1));
time("quickshift",()=>quickshift(raster, {kernelSize: 4, maxDistance: 200, ratio: 0.2}),7);
time("felz",()=>felzenszwalb(raster, {scale: 300, sigma: 0.8, smallest: 20}));
