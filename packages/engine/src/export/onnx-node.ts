import { ProtoWriter } from '../onnx/bytes.ts';
import { protoFields } from './proto-reader.ts';

/** A node of an ONNX graph; attributes are whole numbers. */
export type GraphNode = {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number>>;
};

/** Field numbers of NodeProto, AttributeProto and TensorProto (onnx.proto). */
const node = { input: 1, output: 2, name: 3, type: 4, attribute: 5 } as const;
const attribute = { name: 1, int: 3, type: 20, intType: 2 } as const;

/** Type, inputs and first output of an encoded node. */
export function readNode(content: Uint8Array): GraphNode {
  const texts = (wanted: number): string[] =>
    [...protoFields(content)]
      .filter(({ field }) => field === wanted)
      .map((field) => Buffer.from(field.content).toString('utf8'));
  return {
    type: texts(node.type)[0] ?? '',
    inputs: texts(node.input),
    output: texts(node.output)[0] ?? '',
  };
}

/** The bytes of a NodeProto, named like its output. */
export function writeNode({ type, inputs, output, attributes = {} }: GraphNode): Uint8Array {
  const writer = new ProtoWriter();
  for (const input of inputs) writer.text(node.input, input);
  writer.text(node.output, output);
  writer.text(node.name, output);
  writer.text(node.type, type);
  for (const [name, value] of Object.entries(attributes))
    writer.message(node.attribute, (inner) => {
      inner.text(attribute.name, name);
      inner.integer(attribute.int, value);
      inner.integer(attribute.type, attribute.intType);
    });
  return writer.finish();
}

export type StoredTensor = {
  readonly name: string;
  readonly shape: readonly number[];
  /** ONNX's number of the element type: 1 float32, 3 int8. */
  readonly type: 1 | 3;
  /** Where its bytes lie in a file beside the model. */
  readonly location: string;
  readonly offset: number;
  readonly byteLength: number;
};

/** The bytes of a TensorProto whose numbers lie in a file. */
export function writeStoredTensor(tensor: StoredTensor): Uint8Array {
  const writer = new ProtoWriter();
  writer.integers(1, tensor.shape);
  writer.integer(2, tensor.type);
  writer.text(8, tensor.name);
  const { location, offset, byteLength } = tensor;
  for (const [key, value] of Object.entries({ location, offset, length: byteLength }))
    writer.message(13, (pair) => {
      pair.text(1, key);
      pair.text(2, String(value));
    });
  writer.integer(14, 1);
  return writer.finish();
}
