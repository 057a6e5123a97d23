import {execFileSync} from "node:child_process";
import {copyFileSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {Dataset, Split} from "../../../src/nouns/samples";
import {openData} from "../../../src/pipeline/data/index";
import {first} from "../../../src/pipeline/data/split";
import {idxFile, idxFolder, temporaryFolder} from "../../support/idx-files";
import {SHAPES, writeShapes} from "../../support/image-folder";

const settings = {dataUrl: "", trainLimit: 1e9, testLimit: 1e9, seed: 0, cacheFolder: ""};

async function opened(data: string): Promise<Dataset & {readonly notes: readonly string[]}> {
  const notes: string[] = [];
  const opening = openData({...settings, data});
  for (;;) {
    const {done, value} = await opening.next();
    if (done) return {...value, notes};
    if ("note" in value) notes.push(value.note);
  }
}

/** A folder of three classes of six pictures each, and what is done to it. */
function shapes(spoil: (folder: string) => void = () => {}): string {
  const folder = writeShapes(join(temporaryFolder(), "shapes"), {perClass: 6});
  spoil(folder);
  return folder;
}

/** Folders `names` of a data set, each with the three classes. */
function parted(names: readonly string[], spoil: (folder: string) => void = () => {}): string {
  const folder = temporaryFolder();
  names.forEach((name, n) => {
    writeShapes(join(folder, name), {perClass: 4 + n, seed: n + 1});
  });
  spoil(folder);
  return folder;
}

const counts = ({train, validation, test}: Dataset) => [train, validation, test].map(({count}) => count);
const partsOf = ({files = []}: Split) => Array.from(new Set(files.map((file) => file.split("/")[0]))).sort();
const picture = (folder: string) => join(folder, "disc", "0.png");

describe("parts", () => {
  test.each([
    [
      ["train", "test"],
      [11, 1, 15],
    ],
    [
      ["Train", "Test"],
      [11, 1, 15],
    ],
    [
      ["TRAINING", "Testing"],
      [11, 1, 15],
    ],
    [
      ["train", "val", "test"],
      [12, 15, 18],
    ],
    [
      ["train", "Valid", "test"],
      [12, 15, 18],
    ],
    [
      ["train", "validation", "test"],
      [12, 15, 18],
    ],
    [
      ["train", "val"],
      [10, 15, 2],
    ],
  ])("%j are read as what they are", async (names, expected) => {
    const data = await opened(parted(names));
    expect(data.classNames).toEqual(SHAPES);
    expect(counts(data)).toEqual(expected);
    expect(partsOf(data.train)).toEqual([names[0]]);
    if (names.length === 3) expect(partsOf(data.validation)).toEqual([names[1]]);
    const last = names.at(-1) as string;
    expect(partsOf(/test/i.test(last) ? data.test : data.validation)).toEqual([last]);
    expect(data.notes).toEqual([]);
  });

  test("each image of a split has the file that it comes from", async () => {
    const data = await opened(parted(["train", "val", "test"]));
    for (const split of [data.train, data.validation, data.test]) {
      const files = split.files as readonly string[];
      expect(new Set(files).size).toBe(split.count);
      const {labels} = await split.read(files.map((_, n) => n));
      expect(files.map((file) => file.split("/")[1])).toEqual(Array.from(labels, (k) => SHAPES[k]));
    }
    expect(data.folder).toMatch(/^\/.*epochscope-test/);
  });

  test("a class that is called train is a class, by its pictures", async () => {
    const folder = shapes((f) => renameSync(join(f, "disc"), join(f, "train")));
    expect((await opened(folder)).classNames).toEqual(["square", "stripes", "train"]);
  });

  test("classes that are called test and val are classes", async () => {
    const folder = shapes((f) => {
      rmSync(join(f, "stripes"), {recursive: true});
      renameSync(join(f, "disc"), join(f, "test"));
      renameSync(join(f, "square"), join(f, "val"));
    });
    expect((await opened(folder)).classNames).toEqual(["test", "val"]);
  });

  test("a folder beside the parts, and a test folder without classes, are named as left out", async () => {
    const folder = parted(["train"], (f) => {
      mkdirSync(join(f, "test"));
      copyFileSync(join(f, "train", "disc", "0.png"), join(f, "test", "1.png"));
      mkdirSync(join(f, "extra"));
    });
    const {notes, test: held} = await opened(folder);
    expect(notes).toEqual([
      `${folder}: left out extra (no part of the data, as far as their names tell)`,
      `${folder}: left out test (pictures without classes)`,
    ]);
    expect(partsOf(held)).toEqual(["train"]);
  });

  test.each<[string, readonly string[], (folder: string) => void, RegExp]>([
    [
      "classes that differ",
      ["train", "test"],
      (f) => rmSync(join(f, "test", "disc"), {recursive: true}),
      /test: expected the classes disc, square, stripes, got square, stripes$/,
    ],
    [
      "two folders of one part",
      ["train", "val", "valid"],
      () => {},
      /expected one folder to validate, got val and valid$/,
    ],
    ["a test part alone", ["test"], () => {}, /expected a folder train beside test, got none with folders of classes$/],
    [
      "parts whose pictures have no classes",
      [],
      (f) => {
        for (const part of ["train", "test"]) {
          mkdirSync(join(f, part));
          copyFileSync("test/fixtures/images/rgb.png", join(f, part, "cat.0.png"));
        }
      },
      /train: expected a folder of pictures for each class, got no folders$/,
    ],
    [
      "a part that is a link to another",
      ["train"],
      (f) => symlinkSync("train", join(f, "test")),
      /test: expected a folder that is read once, got a link to .*train, which is read already$/,
    ],
  ])("%s are refused with the path", async (_, names, spoil, message) => {
    await expect(opened(parted(names, spoil))).rejects.toThrow(message);
  });
});

describe("what is in a folder", () => {
  test("links to folders and files are followed", async () => {
    const folder = shapes((f) => {
      const elsewhere = join(temporaryFolder(), "elsewhere");
      renameSync(join(f, "square"), elsewhere);
      symlinkSync(elsewhere, join(f, "square"));
      renameSync(picture(f), join(f, "..", "one.png"));
      symlinkSync("../../one.png", picture(f));
      linkSync(join(f, "disc", "1.png"), join(f, "disc", "9.png"));
    });
    const data = await opened(folder);
    expect(data.classNames).toEqual(SHAPES);
    expect(counts(data).reduce((a, b) => a + b)).toBe(19);
    expect(data.notes).toEqual([]);
  });

  test("a link to a folder that holds it is named, and not followed", async () => {
    const folder = shapes((f) => {
      symlinkSync("..", join(f, "disc", "up"));
      symlinkSync(".", join(f, "square", "self"));
      symlinkSync(f, join(f, "again"));
    });
    const data = await opened(folder);
    expect(data.classNames).toEqual(SHAPES);
    expect(data.notes).toEqual([`${folder}: left out again, disc/up, square/self (links to a folder that holds them)`]);
  });

  test("pictures in folders inside a class's folder are the class's, and this is said", async () => {
    const folder = shapes((f) => writeShapes(join(f, "disc", "more"), {perClass: 2}));
    const data = await opened(folder);
    expect(counts(data).reduce((a, b) => a + b)).toBe(24);
    expect(data.notes).toEqual([
      `${folder}: pictures in folders inside a class's folder count as that class's: disc/more/disc, disc/more/square, disc/more/stripes and 1 more`,
    ]);
  });

  test("what systems leave behind, other files and loose pictures are left out, and named", async () => {
    const folder = shapes((f) => {
      mkdirSync(join(f, "__MACOSX", "disc"), {recursive: true});
      mkdirSync(join(f, ".git"));
      writeFileSync(join(f, ".DS_Store"), "");
      writeFileSync(join(f, "disc", "Thumbs.db"), "");
      writeFileSync(join(f, "disc", "._0.png"), "");
      writeFileSync(join(f, "disc", "notes.txt"), "left alone");
      writeFileSync(join(f, "README"), "");
      copyFileSync(picture(f), join(f, "cover.png"));
    });
    const data = await opened(folder);
    expect(data.classNames).toEqual(SHAPES);
    expect(counts(data).reduce((a, b) => a + b)).toBe(18);
    expect(data.notes).toEqual([
      `${folder}: left out .DS_Store, .git, __MACOSX and 2 more (hidden, or left there by the system)`,
      `${folder}: left out README, disc/notes.txt (no pictures)`,
      `${folder}: left out cover.png (pictures outside the classes' folders)`,
    ]);
  });

  test("a picture is known by what is in it, whatever its name ends with", async () => {
    const folder = shapes((f) => {
      for (const name of ["a.JPG", "b.jpeg", "c", "d.jfif", "e.gif"]) copyFileSync(picture(f), join(f, "disc", name));
    });
    expect(counts(await opened(folder)).reduce((a, b) => a + b)).toBe(23);
  });

  const pipe = (path: string) => void execFileSync("mkfifo", [path]);
  test.each<[string, (folder: string) => void, RegExp]>([
    [
      "a folder with a picture's name in a class",
      (f) => mkdirSync(join(f, "disc", "x.png")),
      /disc\/x\.png: expected a picture, as its name says, got a folder$/,
    ],
    [
      "a class's folder with a picture's name",
      (f) => renameSync(join(f, "disc"), join(f, "cat.png")),
      /shapes\/cat\.png: expected a picture, as its name says, got a folder$/,
    ],
    [
      "a link to nothing",
      (f) => symlinkSync("nosuch", join(f, "disc", "x.png")),
      /disc\/x\.png: expected a link to a file or folder, got a link to nosuch, where nothing is$/,
    ],
    [
      "a link to itself",
      (f) => symlinkSync("x.png", join(f, "disc", "x.png")),
      /disc\/x\.png: expected a link to a file or folder, got links that lead round in a circle$/,
    ],
    [
      "a class that is a link to another",
      (f) => symlinkSync("disc", join(f, "round")),
      /shapes\/round: expected a folder that is read once, got a link to .*disc, which is read already$/,
    ],
    ["an empty folder", (f) => mkdirSync(join(f, "empty")), /shapes\/empty: expected PNG or JPEG images, got none$/],
    [
      "a folder of other things",
      (f) => {
        mkdirSync(join(f, "notes"));
        writeFileSync(join(f, "notes", "a.txt"), "hello");
      },
      /shapes\/notes: expected PNG or JPEG images, got none$/,
    ],
    [
      "an empty file",
      (f) => writeFileSync(join(f, "disc", "x.png"), ""),
      /disc\/x\.png: expected a PNG or JPEG image, got an empty file$/,
    ],
    [
      "a GIF",
      (f) => copyFileSync("test/fixtures/images/picture.gif", join(f, "disc", "x.gif")),
      /disc\/x\.gif: expected a PNG or JPEG image, got a GIF image$/,
    ],
    [
      "a GIF without its ending",
      (f) => copyFileSync("test/fixtures/images/picture.gif", join(f, "disc", "x")),
      /disc\/x: expected a PNG or JPEG image, got a GIF image$/,
    ],
    [
      "a WebP image",
      (f) => writeFileSync(join(f, "disc", "x.webp"), "RIFF\x24\0\0\0WEBPVP8 "),
      /disc\/x\.webp: expected a PNG or JPEG image, got a WebP image$/,
    ],
    ["a pipe", (f) => pipe(join(f, "disc", "x.png")), /disc\/x\.png: expected a file, got a pipe$/],
    [
      "one class",
      (f) => SHAPES.slice(1).map((name) => rmSync(join(f, name), {recursive: true})),
      /shapes: expected 2 to 4096 folders, one for each class, got 1 \(disc\)$/,
    ],
    [
      "more classes than there may be",
      (f) => {
        for (let n = 0; n < 4094; n++) mkdirSync(join(f, `c${n}`));
      },
      /shapes: expected 2 to 4096 folders, one for each class, got 4097$/,
    ],
    [
      "a folder around the classes",
      (f) => {
        mkdirSync(join(f, "photos"));
        for (const name of SHAPES) renameSync(join(f, name), join(f, "photos", name));
      },
      /shapes: expected 2 to 4096 folders, one for each class, got 1; try --data .*shapes\/photos, which holds 3$/,
    ],
  ])("%s is refused in one line with its path", async (_, spoil, message) => {
    await expect(opened(shapes(spoil))).rejects.toThrow(message);
  });

  test("more classes than a byte can tell apart are read", async () => {
    const folder = shapes((f) => {
      for (let n = 0; n < 297; n++) {
        mkdirSync(join(f, `c${n}`));
        copyFileSync(picture(f), join(f, `c${n}`, "0.png"));
      }
    });
    const {classNames, train} = await opened(folder);
    expect(classNames.length).toBe(300);
    const {labels} = await train.read(first(train.count));
    for (const [n, file] of train.files!.entries()) expect(classNames[labels[n]]).toBe(file.split("/")[0]);
  });

  test.each<[string, (folder: string) => void, RegExp]>([
    [
      "nothing",
      () => {},
      /expected a folder of pictures for each class, or the four idx files, got no folder and no idx file$/,
    ],
    [
      "pictures alone",
      (f) => copyFileSync("test/fixtures/images/rgb.png", join(f, "a.png")),
      /got pictures and no folder$/,
    ],
    [
      "an idx file alone",
      (f) => writeFileSync(join(f, "train-images-idx3-ubyte"), idxFile([1, 2, 2], [0, 0, 0, 0])),
      /train-labels-idx1-ubyte: expected the file, or train-labels-idx1-ubyte.gz, got neither$/,
    ],
  ])("a folder with %s is refused with its path", async (_, fill, message) => {
    const folder = temporaryFolder();
    fill(folder);
    await expect(opened(folder)).rejects.toThrow(message);
  });

  test("a file is no folder, and neither is a path through one", async () => {
    const file = picture(shapes());
    await expect(opened(file)).rejects.toThrow(`${file}: expected a folder, got a file`);
    await expect(opened(join(file, "x"))).rejects.toThrow(
      `x: expected a folder, got nothing there: ${file} is a file, not a folder`,
    );
  });
});

describe("the four idx files", () => {
  test("are the data, whatever folders stand beside them, and these are named", async () => {
    const folder = idxFolder();
    mkdirSync(join(folder, "notes"));
    writeShapes(join(folder, "pictures"), {perClass: 1});
    mkdirSync(join(folder, ".git"));
    const data = await opened(folder);
    expect(data.imageShape).toEqual([12, 12, 1]);
    expect(data.notes).toEqual([`${folder}: left out notes, pictures (the idx files beside are the data)`]);
  });

  test("are known with a point before idx, too", async () => {
    const folder = idxFolder();
    for (const name of ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]) {
      renameSync(join(folder, name), join(folder, name.replace("-idx", ".idx")));
    }
    expect((await opened(folder)).train.count).toBe(220);
  });

  test("one of them is idx where no folder, or one in it, has a picture", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "a", "b", "c"), {recursive: true});
    mkdirSync(join(folder, "a", ".git"));
    writeFileSync(join(folder, "a", "notes.txt"), "hello");
    writeFileSync(join(folder, "train-labels-idx1-ubyte"), "x");
    for (const far of [join("b", "c"), ".git"])
      copyFileSync("test/fixtures/images/rgb.png", join(folder, "a", far, "1.png"));
    await expect(opened(folder)).rejects.toThrow("train-images-idx3-ubyte: expected the file, or");
    copyFileSync("test/fixtures/images/rgb.png", join(folder, "a", "b", "1.png"));
    await expect(opened(folder)).rejects.toThrow("expected 2 to 4096 folders, one for each class, got 1");
  });

  test("are kept in memory up to the gibibytes that are told", async () => {
    const folder = idxFolder({train: 12, test: 6});
    const stored = async (maxData: number) => {
      const opening = openData({...settings, data: folder, maxData, cacheFolder: folder});
      for (;;) {
        const {done, value} = await opening.next();
        if (done) return value.train.ahead !== undefined;
      }
    };
    expect([await stored(1), await stored(1e-6), await stored(1e-5)]).toEqual([false, true, false]);
  });

  test("of two training images leave one to learn from", async () => {
    const data = await opened(idxFolder({train: 2, test: 3}));
    expect(counts(data)).toEqual([1, 1, 3]);
  });

  test("one of them does not make pictures idx", async () => {
    const folder = shapes((f) => writeFileSync(join(f, "train-labels-idx1-ubyte"), "x"));
    const data = await opened(folder);
    expect(data.classNames).toEqual(SHAPES);
    expect(data.notes).toEqual([`${folder}: left out train-labels-idx1-ubyte (no pictures)`]);
  });
});
