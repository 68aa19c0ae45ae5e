/**
 * A minimal WebAssembly assembler for kernels of vector arithmetic: loops over memory without branches or calls.
 * Code is a list of bytes; an expression leaves its value on the stack, so that expressions nest as in a formula.
 * Opcodes: https://webassembly.github.io/spec/core/appendix/index-instructions.html
 */

/** Instructions. */
export type Code = number[];

const PAGE = 65_536;
const I32 = 0x7f;
const V128 = 0x7b;

/** An integer in signed LEB128; readers of unsigned integers accept it too if it is not negative. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    const done = (value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

/** A vector instruction's opcode, unsigned LEB128. */
const simd = (opcode: number): number[] => [
  0xfd,
  ...(opcode < 0x80 ? [opcode] : [(opcode & 0x7f) | 0x80, opcode >> 7]),
];
const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [...a, ...b, ...simd(opcode)];
const unary =
  (opcode: number) =>
  (a: Code): Code => [...a, ...simd(opcode)];
const loader =
  (opcode: number) =>
  (address: Code, offset = 0): Code => [...address, ...simd(opcode), 0, ...leb(offset)];

/** Two float64 side by side. */
export const f64x2 = {
  sqrt: unary(0xef),
  add: binary(0xf0),
  sub: binary(0xf1),
  mul: binary(0xf2),
  div: binary(0xf3),
  /** All bits of a lane set where a < b. */
  less: binary(0x49),
  /** One number in both lanes. */
  loadSplat: loader(0x0a),
  /** (a₀, b₀) */
  low: (a: Code, b: Code): Code => shuffle(a, b, [0, 2]),
  /** (a₁, b₁) */
  high: (a: Code, b: Code): Code => shuffle(a, b, [1, 3]),
  /** (a₁, a₀) */
  swap: (a: Code): Code => shuffle(a, a, [1, 0]),
  /** The lower two of four float32. */
  promoteLow: unary(0x5f),
  /** The lower two of four float32; the others are 0. */
  demote: unary(0x5e),
  /** The lower halves of two 64-bit integers, as numbers. */
  fromIntegers: (a: Code): Code => [...shuffle(a, a, [0, 2, 0, 2]), ...simd(0xfe)],
  /** Loads two float32. */
  loadFloat32: (address: Code, offset = 0): Code => [...loader(0x5d)(address, offset), ...simd(0x5f)],
  /** Stores two float32. */
  storeFloat32: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...simd(0x5e),
    ...simd(0x5b),
    ...[0, ...leb(offset), 0],
  ],
};

/** Four float32 side by side. */
export const f32x4 = {
  abs: unary(0xe0),
  sqrt: unary(0xe3),
  add: binary(0xe4),
  sub: binary(0xe5),
  mul: binary(0xe6),
  div: binary(0xe7),
  min: binary(0xea),
  max: binary(0xeb),
  /** The lower and the upper four of eight 16-bit integers. */
  fromInt16Low: (a: Code): Code => [...a, ...simd(0xa7), ...simd(0xfa)],
  fromInt16High: (a: Code): Code => [...a, ...simd(0xa8), ...simd(0xfa)],
  /** (a₀, b₀, a₁, b₁) */
  interleaveLow: (a: Code, b: Code): Code => shuffle(a, b, [0, 4, 1, 5]),
  /** (a₂, b₂, a₃, b₃) */
  interleaveHigh: (a: Code, b: Code): Code => shuffle(a, b, [2, 6, 3, 7]),
  /** All bits of a lane set where a > b. */
  greater: binary(0x44),
  /** All bits of a lane set where a ≥ b. */
  notLess: binary(0x46),
};

/** Four unsigned 32-bit integers side by side; sums wrap around. */
export const i32x4 = {
  add: binary(0xae),
  xor: binary(0x51),
  or: binary(0x50),
  shiftLeft: (a: Code, bits: number): Code => [...a, ...i32.constant(bits), ...simd(0xab)],
  shiftRight: (a: Code, bits: number): Code => [...a, ...i32.constant(bits), ...simd(0xad)],
  /** All bits of a lane set where a ≥ b. */
  notLess: binary(0x40),
};

/** Two 64-bit integers side by side; shifts to the right keep the sign. */
export const i64x2 = {
  sub: binary(0xd1),
  shiftLeft: (a: Code, bits: number): Code => [...a, ...i32.constant(bits), ...simd(0xcb)],
  shiftRight: (a: Code, bits: number): Code => [...a, ...i32.constant(bits), ...simd(0xcc)],
};

export const v128 = {
  and: binary(0x4e),
  /** a & ~b */
  andNot: binary(0x4f),
  /** The bits of a where the mask is set, else those of b. */
  select: (a: Code, b: Code, mask: Code): Code => [...a, ...b, ...mask, ...simd(0x52)],
  load: loader(0x00),
  /** The same 32 bits in all four lanes. */
  loadSplat: loader(0x09),
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, ...simd(0x0b), 0, ...leb(offset)],
};

export const i32 = {
  constant: (value: number): Code => [0x41, ...leb(value)],
  load: (address: Code, offset = 0): Code => [...address, 0x28, 2, ...leb(offset)],
  add: (a: Code, b: number): Code => [...a, ...i32.constant(b), 0x6a],
  multiply: (a: Code, b: number): Code => [...a, ...i32.constant(b), 0x6c],
};

/** The lanes of `a` and `b` (numbered consecutively) that `lanes` names: two of 64 bits, or four of 32. */
function shuffle(a: Code, b: Code, lanes: number[]): Code {
  const width = 16 / lanes.length;
  const bytes = lanes.flatMap((lane) => Array.from({ length: width }, (_, i) => width * lane + i));
  return [...a, ...b, ...simd(0x0d), ...bytes];
}

/** The body of a function without arguments, under construction. */
export interface Body {
  emit(...code: Code[]): void;
  /** Computes a vector once; the returned code reads it. */
  keep(vector: Code): Code;
  /** A vector that can be assigned; 0 at the start of every run of the enclosing code. */
  variable(): { get: Code; set(vector: Code): void };
  /** Repeats the code of `inner` `count` times, with pointers that begin at `starts` and advance by `steps` bytes. */
  loop(count: number | Code, starts: (number | Code)[], steps: number[], inner: (...pointers: Code[]) => void): void;
}

const MAX_INTEGERS = 64;
const VECTOR_BYTES = 16;

/** @returns the function's entry in the code section */
function assembleFunction(write: (body: Body) => void): number[] {
  const code: number[] = [];
  let integers = 0;
  let vectors = 0;
  const get = (local: number): Code => [0x20, ...leb(local)];
  const body: Body = {
    emit(...pieces) {
      for (const piece of pieces) for (const byte of piece) code.push(byte);
    },
    keep(vector) {
      const local = MAX_INTEGERS + vectors++;
      body.emit(vector, [0x21, ...leb(local)]);
      return get(local);
    },
    variable() {
      const local = MAX_INTEGERS + vectors++;
      const set = (vector: Code): void => body.emit(vector, [0x21, ...leb(local)]);
      set([...simd(0x0c), ...new Array<number>(VECTOR_BYTES).fill(0)]);
      return { get: get(local), set };
    },
    loop(count, starts, steps, inner) {
      const before = integers;
      const pointers = starts.map(() => integers++);
      const left = integers++;
      starts.forEach((start, i) => {
        body.emit(typeof start === 'number' ? i32.constant(start) : start, [0x21, ...leb(pointers[i])]);
      });
      body.emit(typeof count === 'number' ? i32.constant(count) : count, [0x21, ...leb(left)], [0x03, 0x40]);
      inner(...pointers.map(get));
      pointers.forEach((pointer, i) => {
        body.emit(get(pointer), i32.constant(steps[i]), [0x6a, 0x21, ...leb(pointer)]);
      });
      body.emit(get(left), i32.constant(-1), [0x6a, 0x22, ...leb(left)], [0x0d, 0, 0x0b]);
      integers = before; // for the next loop: a loop's pointers are not used after it
    },
  };
  write(body);
  const content = [2, ...leb(MAX_INTEGERS), I32, ...leb(vectors), V128, ...code, 0x0b];
  return [...leb(content.length), ...content];
}

/**
 * Assembles and instantiates a module with its own memory.
 * @param bytes  size of the memory, which is zero at first
 * @param functions  exported functions, without arguments or results
 */
export function instantiate<Name extends string>(
  bytes: number,
  functions: Record<Name, (body: Body) => void>,
): { memory: ArrayBuffer; functions: Record<Name, () => void> } {
  const names = Object.keys(functions) as Name[];
  const text = (name: string): number[] => [name.length, ...Array.from(name, (letter) => letter.charCodeAt(0))];
  const section = (id: number, content: number[]): number[] => [id, ...leb(content.length), ...content];
  const exported = names.flatMap((name, i) => [...text(name), 0, i]);
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(
      Uint8Array.from([
        ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
        ...section(1, [1, 0x60, 0, 0]),
        ...section(3, [names.length, ...names.map(() => 0)]),
        ...section(5, [1, 0, ...leb(Math.ceil(bytes / PAGE))]),
        ...section(7, [names.length + 1, ...text('memory'), 2, 0, ...exported]),
        ...section(10, [names.length, ...names.flatMap((name) => assembleFunction(functions[name]))]),
      ]),
    ),
  );
  return {
    memory: (exports.memory as WebAssembly.Memory).buffer,
    functions: exports as unknown as Record<Name, () => void>,
  };
}
