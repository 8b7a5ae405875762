import { expect, it } from 'vitest';
import type { Graph } from '../../graph/graph.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { input } from '../../graph/value.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { add, mul } from '../../ops/elementwise.ts';
import { commonEntries } from '../session-settings.ts';
import { addressOf, type Library, loadLibrary } from './library.ts';
import { NativeRuntime, NativeSession } from './native-session.ts';
import { placeOf } from './place.ts';

const [a, b] = [input('a', ['rows']), input('b', ['rows'])];
const graph: Graph = { outputs: { stays: mul(a, a), comes: add(a, b) } };

it('gives back every value and every binding, of runs that fail too', () => {
  const { library, live } = counted(loadLibrary());
  const runtime = new NativeRuntime(library);
  const session = open(runtime, graph);
  const [stays, numbers] = [[true, false], floats(2, 3)];
  expect(session.outputs.map(({ name }) => name)).toEqual(['stays', 'comes']);
  for (let run = 0; run < 3; run++) {
    const [first] = session.runBound([placeOf(numbers), placeOf(numbers)], stays);
    if (first?.kind !== 'stayed') throw new Error('the first output did not stay');
    const [second, sum] = session.runBound([first, placeOf(numbers)], stays);
    if (second?.kind !== 'stayed' || sum?.kind !== 'copied') throw new Error('no such answers');
    expect(new Float32Array(sum.data)).toEqual(Float32Array.of(4 + 2, 9 + 3));
    expect(live()).toEqual({ values: 2, bindings: 0 });
    const unequal = [first, placeOf(floats(1, 2, 3))];
    expect(() => session.runBound(unequal, stays)).toThrow();
    for (const { value } of [first, second]) runtime.release(value);
    expect(live()).toEqual({ values: 0, bindings: 0 });
  }
  session.dispose();
});

function open(runtime: NativeRuntime, opened: Graph): NativeSession {
  const model = encodeModel(opened, { device: 'cpu', folder: undefined });
  return new NativeSession(runtime, {
    model: { address: addressOf(model), byteLength: model.byteLength },
    provider: 'cpu',
    settings: {
      threads: 1,
      profilePrefix: undefined,
      arena: true,
      entries: commonEntries(undefined),
      kernels: undefined,
      lends: false,
    },
  });
}

function floats(...numbers: number[]): Tensor {
  return { data: Float32Array.from(numbers), shape: [numbers.length], dtype: 'float32' };
}

/** The library, with an account of the values and bindings that were made and not given back. */
function counted(library: Library) {
  const live = { values: 0, bindings: 0 };
  const count = (name: string, given: readonly unknown[]): void => {
    if (name === 'CreateTensorWithDataAsOrtValue') live.values++;
    if (name === 'GetBoundOutputValues') live.values += Number((given[3] as BigUint64Array)[0]);
    if (name === 'ReleaseValue') live.values--;
    if (name === 'CreateIoBinding') live.bindings++;
    if (name === 'ReleaseIoBinding') live.bindings--;
  };
  const counting: Library = {
    ...library,
    call(name, ...given) {
      library.call(name, ...given);
      count(name, given);
    },
    find(name, ...given) {
      const found = library.find(name, ...given);
      count(name, given);
      return found;
    },
  };
  return { library: counting, live: () => ({ ...live }) };
}
