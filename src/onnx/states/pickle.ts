import {OnnxError} from "../error";

/** A Python class or function that a pickle names. It is a name here and nothing more. */
export class Global {
  constructor(readonly name: string) {}
}
/** Stands for an object that a pickle would make by calling something unknown. Nothing was called. */
export class Unknown {
  constructor(readonly name: string) {}
}

export interface PickleHooks {
  /** Gives the result of calling a named class or function; undefined if the name is not known. */
  call(name: string, args: readonly unknown[]): unknown;
  /** Gives the object that a persistent id stands for. */
  persistent(id: unknown): unknown;
}

/**
 * Reads a pickle (protocols 2 to 5; Python's Lib/pickletools.py lists the operations) as data. Only the operations that
 * build dictionaries, lists, numbers and texts are implemented. Nothing that a pickle names is imported or called: a
 * call that `call` does not know leaves an Unknown.
 *
 * @throws OnnxError at an operation that is not known here, or if the pickle ends too soon.
 */
export function unpickled(pickle: Uint8Array, hooks: PickleHooks): unknown {
  return unpickledFrom(pickle, 0, hooks).value;
}

/** Reads a pickle that stands among others. @returns The object, and the place of its end. */
export function unpickledFrom(
  pickle: Uint8Array,
  start: number,
  hooks: PickleHooks,
): {readonly value: unknown; readonly end: number} {
  const view = new DataView(pickle.buffer, pickle.byteOffset, pickle.length);
  const machine: Machine = {view, at: start, stack: [], marks: [], memo: new Map(), hooks};
  try {
    for (;;) {
      const code = view.getUint8(machine.at++);
      if (code === STOP) return {value: machine.stack.pop(), end: machine.at};
      const operation = OPERATIONS[code];
      if (!operation) throw new OnnxError(`pickle: expected operations of a state_dict, got 0x${code.toString(16)}`);
      operation(machine);
    }
  } catch (error) {
    if (error instanceof RangeError)
      throw new OnnxError("pickle: expected its last operation, got the end of the file");
    throw error;
  }
}

interface Machine {
  readonly view: DataView;
  at: number;
  readonly stack: unknown[];
  readonly marks: number[];
  readonly memo: Map<number, unknown>;
  readonly hooks: PickleHooks;
}

const STOP = 0x2e;

const sinceMark = ({stack, marks}: Machine): unknown[] => stack.splice(marks.pop() ?? 0);
/** Moves on by `count` bytes. @returns Where they began. */
const passed = (m: Machine, count: number): number => {
  m.at += count;
  return m.at - count;
};
const text = (m: Machine, length: number): string => {
  const from = passed(m, length);
  if (m.at > m.view.byteLength) throw new RangeError();
  return new TextDecoder().decode(new Uint8Array(m.view.buffer, m.view.byteOffset + from, length));
};
/** Reads up to the end of the line. */
const line = (m: Machine): string => {
  let length = 0;
  while (m.view.getUint8(m.at + length) !== 10) length++;
  const word = text(m, length);
  m.at++;
  return word;
};
const long = (m: Machine, length: number): number => {
  const from = passed(m, length);
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(m.view.getUint8(from + i));
  return Number(BigInt.asIntN(8 * length, value));
};
const put = (m: Machine, pairs: readonly unknown[]): void => {
  const into = m.stack.at(-1);
  if (!(into instanceof Map)) return; // nothing is kept in an Unknown
  for (let i = 0; i < pairs.length; i += 2) into.set(pairs[i], pairs[i + 1]);
};
const add = (m: Machine, values: readonly unknown[]): void => {
  const into = m.stack.at(-1);
  if (Array.isArray(into)) for (const value of values) into.push(value);
};
const called = (m: Machine, args: unknown): void => {
  const callee = m.stack.pop();
  const name = callee instanceof Global ? callee.name : "something unknown";
  const made = Array.isArray(args) ? m.hooks.call(name, args) : undefined;
  m.stack.push(made ?? new Unknown(name));
};
const push = (make: (m: Machine) => unknown) => (m: Machine) => {
  m.stack.push(make(m));
};
const u8 = (m: Machine) => m.view.getUint8(passed(m, 1));
const u32 = (m: Machine) => m.view.getUint32(passed(m, 4), true);
const u64 = (m: Machine) => Number(m.view.getBigUint64(passed(m, 8), true));
const bytes = (m: Machine, length: number) => passed(m, length);
const remember = (place: (m: Machine) => number) => (m: Machine) => {
  m.memo.set(place(m), m.stack.at(-1));
};

const OPERATIONS: {readonly [code: number]: (m: Machine) => void} = {
  128: (m) => void passed(m, 1), // PROTO
  149: (m) => void passed(m, 8), // FRAME
  40: (m) => void m.marks.push(m.stack.length), // MARK
  48: (m) => void m.stack.pop(), // POP
  50: push((m) => m.stack.at(-1)), // DUP
  125: push(() => new Map()), // EMPTY_DICT
  100: push((m) => mapOf(sinceMark(m))), // DICT
  93: push(() => []), // EMPTY_LIST
  108: push(sinceMark), // LIST
  143: push(() => []), // EMPTY_SET
  41: push(() => []), // EMPTY_TUPLE
  116: push(sinceMark), // TUPLE
  133: push((m) => m.stack.splice(-1)), // TUPLE1
  134: push((m) => m.stack.splice(-2)), // TUPLE2
  135: push((m) => m.stack.splice(-3)), // TUPLE3
  97: (m) => add(m, [m.stack.pop()]), // APPEND
  101: (m) => add(m, sinceMark(m)), // APPENDS
  144: (m) => add(m, sinceMark(m)), // ADDITEMS
  115: (m) => put(m, m.stack.splice(-2)), // SETITEM
  117: (m) => put(m, sinceMark(m)), // SETITEMS
  78: push(() => null), // NONE
  136: push(() => true), // NEWTRUE
  137: push(() => false), // NEWFALSE
  75: push(u8), // BININT1
  77: push((m) => m.view.getUint16(passed(m, 2), true)), // BININT2
  74: push((m) => m.view.getInt32(passed(m, 4), true)), // BININT
  138: push((m) => long(m, u8(m))), // LONG1
  139: push((m) => long(m, u32(m))), // LONG4
  71: push((m) => m.view.getFloat64(passed(m, 8), false)), // BINFLOAT
  88: push((m) => text(m, u32(m))), // BINUNICODE
  140: push((m) => text(m, u8(m))), // SHORT_BINUNICODE
  141: push((m) => text(m, u64(m))), // BINUNICODE8
  67: push((m) => bytes(m, u8(m))), // SHORT_BINBYTES: passed over
  66: push((m) => bytes(m, u32(m))), // BINBYTES
  85: push((m) => text(m, u8(m))), // SHORT_BINSTRING
  84: push((m) => text(m, u32(m))), // BINSTRING
  113: remember(u8), // BINPUT
  114: remember(u32), // LONG_BINPUT
  148: remember((m) => m.memo.size), // MEMOIZE
  104: push((m) => m.memo.get(u8(m))), // BINGET
  106: push((m) => m.memo.get(u32(m))), // LONG_BINGET
  99: push((m) => new Global(`${line(m)}.${line(m)}`)), // GLOBAL
  147: push((m) => new Global(m.stack.splice(-2).join("."))), // STACK_GLOBAL
  81: push((m) => m.hooks.persistent(m.stack.pop())), // BINPERSID
  82: (m) => called(m, m.stack.pop()), // REDUCE
  129: (m) => called(m, m.stack.pop()), // NEWOBJ
  98: (m) => void m.stack.pop(), // BUILD: attributes beside what is kept
};

function mapOf(pairs: readonly unknown[]): Map<unknown, unknown> {
  return new Map(Array.from({length: pairs.length / 2}, (_, i) => [pairs[2 * i], pairs[2 * i + 1]]));
}
