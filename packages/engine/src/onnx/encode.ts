import { createHash } from 'node:crypto';
import { isAbsolute, relative } from 'node:path';
import type { Graph } from '../graph/graph.ts';
import type { Shape } from '../graph/shape.ts';
import { type DType, fromNumbers, type TensorData } from '../graph/tensor.ts';
import {
  constantOp,
  type DeviceName,
  externalOp,
  inputOp,
  isLeaf,
  type OnnxAttribute,
  type OnnxNode,
  partOp,
  seedOp,
  type Value,
} from '../graph/value.ts';
import { onnxType } from '../ops/operand.ts';
import { ProtoWriter } from './bytes.ts';
import { lowerGraph } from './lower.ts';

export type EncodeOptions = {
  readonly device?: DeviceName;
  /** Folder that external weights are named relative to; needed when there are any. */
  readonly folder?: string;
};

const irVersion = 10;
const baseOpset = 21;

/** The bytes of an ONNX model (opset 21, or later where an operator needs it, and com.microsoft 1). */
export function encodeModel(graph: Graph, options: EncodeOptions = {}): Uint8Array {
  const { nodes, outputs } = lowerGraph(graph.outputs, options.device ?? 'cpu');
  const names = new Names(outputs);
  const body = new GraphBody(names, outputs, options.folder);
  for (const value of nodes) body.add(value);
  body.finish(graph.inputs);
  // The standard wants a name, though ONNX Runtime does not.
  body.writer.text(2, 'lathe');
  const model = new ProtoWriter();
  model.integer(1, irVersion + (body.opset > baseOpset ? 1 : 0));
  model.text(2, 'lathe');
  model.bytes(7, body.writer.finish());
  model.message(8, (opset) => opset.integer(2, body.opset));
  model.message(8, (opset) => {
    opset.text(1, 'com.microsoft');
    opset.integer(2, 1);
  });
  return model.finish();
}

/** Names of tensors: inputs and outputs have theirs, all else is numbered. */
class Names {
  #byValue = new Map<Value, string>();
  #count = 0;

  constructor(outputs: Readonly<Record<string, Value>>) {
    for (const [name, value] of Object.entries(outputs)) {
      if (!isLeaf(value) && value.op !== partOp && !this.#byValue.has(value)) {
        this.#byValue.set(value, name);
      }
    }
  }

  of(value: Value): string {
    if (value.op === partOp) {
      const { index } = value.attributes as { index: number };
      return `${this.of(value.inputs[0]!)}.${index}`;
    }
    const known = this.#byValue.get(value) ?? value.name ?? `%${this.#count++}`;
    this.#byValue.set(value, known);
    return known;
  }

  set(value: Value, name: string): void {
    this.#byValue.set(value, name);
  }
}

class GraphBody {
  readonly writer = new ProtoWriter();
  opset = baseOpset;
  #names: Names;
  #folder: string | undefined;
  #inputs = new Map<string, Value>();
  #externals = new Map<string, Value>();
  #constants = new Map<string, string>();
  #outputs: Readonly<Record<string, Value>>;
  /** Names of outputs by the node that they come from. */
  #outputsOf = new Map<Value, string[]>();

  constructor(names: Names, outputs: Readonly<Record<string, Value>>, folder: string | undefined) {
    this.#names = names;
    this.#folder = folder;
    this.#outputs = outputs;
    for (const [name, value] of Object.entries(outputs)) {
      const source = value.op === partOp ? (value.inputs[0] as Value) : value;
      this.#outputsOf.set(source, [...(this.#outputsOf.get(source) ?? []), name]);
    }
  }

  add(value: Value): void {
    if (value.op === inputOp) this.#unique(this.#inputs, value);
    else if (value.op === externalOp) this.#external(value);
    else if (value.op === constantOp || value.op === seedOp) {
      const shape = value.shape as readonly number[];
      this.#names.set(value, this.#constant({ dtype: value.dtype, shape, data: value.data! }));
    } else if (value.op !== partOp) this.#node(value);
    for (const name of this.#outputsOf.get(value) ?? []) this.#answer(name);
  }

  /** Declares outputs, and inputs in the listed order. */
  finish(listed: readonly Value[] | undefined): void {
    for (const name of Object.keys(this.#outputs))
      if (this.#inputs.has(name) || this.#externals.has(name))
        throw new Error(`Output "${name}" has the name of an input or weight.`);
    for (const value of listed ?? []) {
      if (value.op !== inputOp) throw new Error(`${value.op.name} is listed as an input.`);
      if (!this.#inputs.has(value.name!)) this.#inputs.set(value.name!, value);
    }
    const order = listed?.map((value) => value.name!) ?? [];
    const missing = [...this.#inputs.keys()].find((name) => listed && !order.includes(name));
    if (missing !== undefined) throw new Error(`Input "${missing}" is used but not listed.`);
    for (const value of this.#inputs.values()) this.#declare(11, value.name!, value);
    for (const [name, value] of Object.entries(this.#outputs)) this.#declare(12, name, value);
  }

  /**
   * Gives a leaf, a part, or a tensor that has a name already the name of an output: with a node of its own, right
   * behind the one that it comes from. Further back it would be taken for work that is to be done first.
   */
  #answer(name: string): void {
    const source = this.#names.of(this.#outputs[name] as Value);
    if (source === name) return;
    this.writer.message(1, (out) => {
      out.text(1, source);
      out.text(2, name);
      out.text(4, 'Identity');
    });
  }

  #unique(map: Map<string, Value>, value: Value): boolean {
    const known = map.get(value.name!);
    const other = (map === this.#inputs ? this.#externals : this.#inputs).has(value.name!);
    if (other || (known !== undefined && known !== value) || value.name!.startsWith('%')) {
      throw new Error(`The name "${value.name}" is taken by another tensor.`);
    }
    map.set(value.name!, value);
    return known === undefined;
  }

  #external(value: Value): void {
    const { source, name } = value;
    if (!this.#unique(this.#externals, value)) return;
    if (this.#folder === undefined) {
      throw new Error(`Weight ${name} lies in a file, but no folder was named to find it from.`);
    }
    const location = relative(this.#folder, source!.file);
    if (location.startsWith('..') || isAbsolute(location)) {
      throw new Error(`Weight ${name} lies outside the mapped folder: ${source!.file}.`);
    }
    this.writer.message(5, (tensor) => {
      tensor.integers(1, source!.shape);
      tensor.integer(2, onnxType(source!.dtype));
      tensor.text(8, name!);
      const entries = { location, offset: source!.offset, length: source!.byteLength };
      for (const [key, entry] of Object.entries(entries)) {
        tensor.message(13, (pair) => {
          pair.text(1, key);
          pair.text(2, String(entry));
        });
      }
      tensor.integer(14, 1);
    });
  }

  /** Writes an initializer once, however often the same numbers occur, and gives its name. */
  #constant(tensor: { dtype: DType; shape: readonly number[]; data: TensorData }): string {
    const { buffer, byteOffset, byteLength } = tensor.data;
    const raw = new Uint8Array(buffer, byteOffset, byteLength);
    const digest = createHash('sha256').update(raw).digest('base64');
    const key = `${tensor.dtype}[${tensor.shape}]${digest}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = `%c${this.#constants.size}`;
    this.#constants.set(key, name);
    this.writer.message(5, (out) => writeTensor(out, { ...tensor, name }));
    return name;
  }

  #node(value: Value): void {
    const form: OnnxNode = value.op.onnx?.(value) ?? { type: value.op.name };
    this.opset = Math.max(this.opset, form.since ?? 0);
    const inputs = (form.inputs ?? value.inputs).map((source) =>
      source === undefined
        ? ''
        : Array.isArray(source)
          ? this.#numbers(source)
          : this.#names.of(source as Value),
    );
    const name = this.#names.of(value);
    this.writer.message(1, (out) => {
      for (const source of inputs) out.text(1, source);
      for (const index of value.types.keys()) out.text(2, index === 0 ? name : `${name}.${index}`);
      out.text(3, name);
      out.text(4, form.type);
      for (const [key, attribute] of Object.entries(form.attributes ?? {})) {
        out.message(5, (inner) => writeAttribute(inner, key, attribute));
      }
      if (form.domain) out.text(7, form.domain);
    });
  }

  #numbers(numbers: readonly number[]): string {
    return this.#constant({
      dtype: 'int64',
      shape: [numbers.length],
      data: fromNumbers('int64', numbers),
    });
  }

  #declare(field: number, name: string, { dtype, shape }: { dtype: DType; shape: Shape }): void {
    this.writer.message(field, (info) => {
      info.text(1, name);
      info.message(2, (type) =>
        type.message(1, (tensor) => {
          tensor.integer(1, onnxType(dtype));
          tensor.message(2, (dimensions) => {
            for (const size of shape) {
              dimensions.message(1, (one) =>
                typeof size === 'number' ? one.integer(1, size) : one.text(2, size),
              );
            }
          });
        }),
      );
    });
  }
}

function writeTensor(
  out: ProtoWriter,
  tensor: { name?: string; dtype: DType; shape: readonly number[]; data: TensorData },
): void {
  const { buffer, byteOffset, byteLength } = tensor.data;
  out.integers(1, tensor.shape);
  out.integer(2, onnxType(tensor.dtype));
  if (tensor.name !== undefined) out.text(8, tensor.name);
  out.bytes(9, new Uint8Array(buffer, byteOffset, byteLength));
}

function writeAttribute(out: ProtoWriter, name: string, attribute: OnnxAttribute): void {
  out.text(1, name);
  if ('int' in attribute) {
    out.integer(3, attribute.int);
    out.integer(20, 2);
  } else if ('float' in attribute) {
    out.float(2, attribute.float);
    out.integer(20, 1);
  } else if ('ints' in attribute) {
    out.integers(8, attribute.ints);
    out.integer(20, 7);
  } else if ('text' in attribute) {
    out.text(4, attribute.text);
    out.integer(20, 3);
  } else {
    out.message(5, (inner) => writeTensor(inner, attribute.tensor));
    out.integer(20, 4);
  }
}
