import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import '../no-telemetry.ts';
import { koffi, type NativeFunction, stayingLibrary } from '@lathe/native/koffi';
import { functions, tableVersion } from './functions.ts';

// Whoever loads this must bear that it throws where nothing calls native code.
koffi();

/** An address in this process. */
export type Address = bigint;

/** An array stands for the place of its memory, and is not collected during the call. */
type Argument = Address | number | string | BigInt64Array | BigUint64Array | Int32Array | null;
type FunctionName = keyof typeof functions;

/** ONNX Runtime's C API. Each function throws an Error with ONNX Runtime's own words where its status is not null. */
export type Library = {
  call(name: FunctionName, ...given: readonly Argument[]): void;
  /** The same for functions whose last argument is where an address is written. */
  find(name: FunctionName, ...given: readonly Argument[]): Address;
  /** The same for a number of 32 bits, as a type is one, or of 64. */
  number(name: FunctionName, bits: 32 | 64, ...given: readonly Argument[]): number;
};

/** The stack that calls from JavaScript run on: ONNX Runtime's products keep panels of matrices there. */
const stackBytes = 8 * 2 ** 20;

/**
 * Loads the library that lies in the package of onnxruntime-node: the one that its binding loads, so that a process that
 * has both has one runtime. Throws where it, or koffi, is not there for this system.
 */
export function loadLibrary(): Library {
  koffi().config({ ...koffi().config(), sync_stack_size: stackBytes });
  const base = stayingLibrary(libraryFile()).func('OrtGetApiBase', 'void *', [])() as Address;
  const first = koffi().decode(base, 'void *') as Address;
  const getApi = koffi().decode(first, koffi().proto('void *', ['uint32'])) as NativeFunction;
  const table = getApi(tableVersion) as Address | null;
  if (table === null)
    throw new Error('ONNX Runtime has no C API of the version that is asked for.');
  const made = new Map<FunctionName, NativeFunction>();
  const get = (name: FunctionName): NativeFunction => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const [place, result, parameters] = functions[name];
    const address = koffi().decode(table, 8 * place, 'void *') as Address;
    const found = koffi().decode(address, koffi().proto(result, parameters)) as NativeFunction;
    made.set(name, found);
    return found;
  };
  const call: Library['call'] = (name, ...given) => {
    const status = get(name)(...given);
    if (status === null || status === undefined) return;
    const words = get('GetErrorMessage')(status);
    get('ReleaseStatus')(status);
    throw new Error(String(words));
  };
  const wide = new BigUint64Array(1);
  const narrow = new Int32Array(1);
  return {
    call,
    find(name, ...given) {
      call(name, ...given, wide);
      return wide[0] as Address;
    },
    number(name, bits, ...given) {
      call(name, ...given, bits === 32 ? narrow : wide);
      return bits === 32 ? (narrow[0] as number) : Number(wide[0]);
    },
  };
}

/** Where an array's memory is, as long as somebody holds the array: the address does not keep it. */
export function addressOf(array: ArrayBufferView): Address {
  return koffi().address(array);
}

/** The memory at an address, not copied. */
export function memoryAt(address: Address, byteLength: number): ArrayBuffer {
  return koffi().view(address, byteLength);
}

/** The text at an address, up to its zero. */
export function textAt(address: Address): string {
  return koffi().decode.string(address);
}

/** ONNX Runtime's library, which has its version in its name on some systems. */
function libraryFile(): string {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const folder = join(root, 'bin', 'napi-v6', process.platform, process.arch);
  const name = readdirSync(folder).find((file) =>
    /^(?:libonnxruntime\.(?:so|[\d.]*dylib)|onnxruntime\.dll$)/.test(file),
  );
  if (name === undefined) throw new Error(`ONNX Runtime's library is not in ${folder}.`);
  return join(folder, name);
}
