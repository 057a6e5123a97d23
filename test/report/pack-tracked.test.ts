import {expect, test} from "vitest";

import {writeTracked} from "../../src/pipeline/qa/files";
import {packer} from "../../src/report/packer";
import {type PackedOf, packTracked} from "../../src/report/reader/pack-tracked";
import {temporaryFolder} from "../support/idx-files";

const STOPS = 41;
const ROOM = {light: 1e6, nodes: 1e6};
const folder = temporaryFolder();
const array = (length: number) => ({shape: [length], values: new Float32Array(length).fill(0.5)});

/** The stops at which the page carries attention, which takes 3 bytes a stop, and how many bytes are left. */
async function attentionStops(phase: readonly number[], roomForMaps: number, sharers = 1) {
  for (let step = 0; step < STOPS; step++) {
    const names = ["start", "end", "context.first", "attention.0"];
    await writeTracked(folder, step, 0, new Map(names.map((name) => [name, array(3)])));
  }
  const looks = Array.from({length: STOPS}, (_, step) => ({step}) as PackedOf["looks"][number]);
  const question = {tracked: {tokens: [], right: [0, 0]}} as unknown as PackedOf["question"];
  const of = {folder, place: 0, question, looks, inside: looks.map((_, stop) => stop), phase, isFirst: true};
  const room = {...ROOM, maps: roomForMaps};
  const packed = await packTracked(of, packer(), room, sharers);
  const stops = packed?.shown.attention.flatMap((maps, stop) => (maps ? [stop] : []));
  return {stops, left: room.maps};
}

test("attention is carried at as many stops as there is room for, those around the phase change among them", async () => {
  const {stops, left} = await attentionStops([17, 22], 12 * 3);
  expect(stops).toEqual([0, 4, 8, 12, 17, 22, 28, 32, 36, 40]);
  expect(left).toBe((12 - 10) * 3);
});

test("without a phase change the stops are at even distances", async () => {
  const {stops, left} = await attentionStops([], 12 * 3);
  expect(stops).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40]);
  expect(left).toBe((12 - 11) * 3);
});

test("with room for four stops the phase change has none of its own", async () => {
  const {stops} = await attentionStops([17, 22], 4 * 3);
  expect(stops).toEqual([0, 14, 28, 40]);
});

test.each([
  ["the first and the last stop, if a share of the room has none", 2 * 3, 4, [0, 40]],
  ["nothing, if there is no room for two", 2 * 3 - 1, 1, []],
])("%s", async (_, room, sharers, stops) => {
  expect((await attentionStops([], room, sharers)).stops).toEqual(stops);
});
