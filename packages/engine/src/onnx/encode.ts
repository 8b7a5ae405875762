import { createHash } from 'node:crypto';
import { isAbsolute, relative } from 'node:path';
import type { Graph } from '../graph/graph.ts';
import type { Shape } from '../graph/shape.ts';
import { type DType, fromNumbers, type TensorData } from '../graph/tensor.ts';
import {
  constantOp,
  externalOp,
  inputOp,
  isLeaf,
  type OnnxAttribute,
  type OnnxNode,
  partOp,
  seedOp,
  type Value,
} from '../graph/value.ts';
import { onnxType } from '../ops/element-types.ts';
import { ProtoWriter } from './bytes.ts';
import {
  attributeField,
  attributeType,
  dimensionField,
  entryField,
  externalLocation,
  graphField,
  modelField,
  nodeField,
  opsetField,
  shapeField,
  tensorField,
  tensorTypeField,
  typeField,
  valueField,
} from './fields.ts';
import { lowerGraph, type Target } from './lower.ts';

export type EncodeOptions = Partial<Target> & {
  /** Folder that external weights are named relative to; needed when there are any. */
  readonly folder?: string | undefined;
};

const irVersion = 10;
const baseOpset = 21;

/** The bytes of an ONNX model (opset 21, or later where an operator needs it, and version 1 of other domains). */
export function encodeModel(graph: Graph, options: EncodeOptions = {}): Uint8Array {
  const { nodes, outputs } = lowerGraph(graph.outputs, { device: 'cpu', ...options });
  const names = new Names(outputs);
  const body = new GraphBody(names, outputs, options.folder);
  for (const value of nodes) body.add(value);
  body.finish(graph.inputs);
  // The standard wants a name, though ONNX Runtime does not.
  body.writer.text(graphField.name, 'lathe');
  const model = new ProtoWriter();
  model.integer(modelField.irVersion, irVersion + (body.opset > baseOpset ? 1 : 0));
  model.text(modelField.producer, 'lathe');
  model.bytes(modelField.graph, body.writer.finish());
  model.message(modelField.opset, (opset) => opset.integer(opsetField.version, body.opset));
  for (const domain of body.domains)
    model.message(modelField.opset, (opset) => {
      opset.text(opsetField.domain, domain);
      opset.integer(opsetField.version, 1);
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
  /** Those of operators that are not ONNX's own. */
  readonly domains = new Set(['com.microsoft']);
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
    for (const value of this.#inputs.values()) this.#declare(graphField.input, value.name!, value);
    for (const [name, value] of Object.entries(this.#outputs))
      this.#declare(graphField.output, name, value);
  }

  /**
   * Gives a leaf, a part, or a tensor that has a name already the name of an output: with a node of its own, right
   * behind the one that it comes from. Further back it would be taken for work that is to be done first.
   */
  #answer(name: string): void {
    const source = this.#names.of(this.#outputs[name] as Value);
    if (source === name) return;
    this.writer.message(graphField.node, (out) => {
      out.text(nodeField.input, source);
      out.text(nodeField.output, name);
      out.text(nodeField.type, 'Identity');
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
    this.writer.message(graphField.initializer, (tensor) => {
      tensor.integers(tensorField.sizes, source!.shape);
      tensor.integer(tensorField.type, onnxType(source!.dtype));
      tensor.text(tensorField.name, name!);
      const entries = { location, offset: source!.offset, length: source!.byteLength };
      for (const [key, entry] of Object.entries(entries)) {
        tensor.message(tensorField.external, (pair) => {
          pair.text(entryField.key, key);
          pair.text(entryField.value, String(entry));
        });
      }
      tensor.integer(tensorField.location, externalLocation);
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
    this.writer.message(graphField.initializer, (out) => writeTensor(out, { ...tensor, name }));
    return name;
  }

  #node(value: Value): void {
    const form: OnnxNode = value.op.onnx?.(value) ?? { type: value.op.name };
    this.opset = Math.max(this.opset, form.since ?? 0);
    if (form.domain !== undefined) this.domains.add(form.domain);
    const inputs = (form.inputs ?? value.inputs).map((source) =>
      source === undefined
        ? ''
        : Array.isArray(source)
          ? this.#numbers(source)
          : this.#names.of(source as Value),
    );
    const name = this.#names.of(value);
    this.writer.message(graphField.node, (out) => {
      for (const source of inputs) out.text(nodeField.input, source);
      for (const index of value.types.keys())
        out.text(nodeField.output, index === 0 ? name : `${name}.${index}`);
      out.text(nodeField.name, name);
      out.text(nodeField.type, form.type);
      for (const [key, attribute] of Object.entries(form.attributes ?? {})) {
        out.message(nodeField.attribute, (inner) => writeAttribute(inner, key, attribute));
      }
      if (form.domain) out.text(nodeField.domain, form.domain);
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
      info.text(valueField.name, name);
      info.message(valueField.type, (type) =>
        type.message(typeField.tensor, (tensor) => {
          tensor.integer(tensorTypeField.element, onnxType(dtype));
          tensor.message(tensorTypeField.shape, (dimensions) => {
            for (const size of shape) {
              dimensions.message(shapeField.dimension, (one) =>
                typeof size === 'number'
                  ? one.integer(dimensionField.size, size)
                  : one.text(dimensionField.name, size),
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
  out.integers(tensorField.sizes, tensor.shape);
  out.integer(tensorField.type, onnxType(tensor.dtype));
  if (tensor.name !== undefined) out.text(tensorField.name, tensor.name);
  out.bytes(tensorField.raw, new Uint8Array(buffer, byteOffset, byteLength));
}

function writeAttribute(out: ProtoWriter, name: string, attribute: OnnxAttribute): void {
  out.text(attributeField.name, name);
  if ('int' in attribute) {
    out.integer(attributeField.int, attribute.int);
    out.integer(attributeField.type, attributeType.int);
  } else if ('float' in attribute) {
    out.float(attributeField.float, attribute.float);
    out.integer(attributeField.type, attributeType.float);
  } else if ('ints' in attribute) {
    out.integers(attributeField.ints, attribute.ints);
    out.integer(attributeField.type, attributeType.ints);
  } else if ('text' in attribute) {
    out.text(attributeField.text, attribute.text);
    out.integer(attributeField.type, attributeType.text);
  } else {
    out.message(attributeField.tensor, (inner) => writeTensor(inner, attribute.tensor));
    out.integer(attributeField.type, attributeType.tensor);
  }
}
