import { ProtoWriter } from '../onnx/bytes.ts';
import {
  attributeField,
  attributeType,
  entryField,
  externalLocation,
  nodeField,
  tensorField,
} from '../onnx/fields.ts';
import { protoFields } from './proto-reader.ts';

/** A node of an ONNX graph; attributes are whole numbers. */
export type GraphNode = {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number>>;
};

/** Type, inputs and first output of an encoded nodeField. */
export function readNode(content: Uint8Array): GraphNode {
  const texts = (wanted: number): string[] =>
    [...protoFields(content)]
      .filter(({ field }) => field === wanted)
      .map((field) => Buffer.from(field.content).toString('utf8'));
  return {
    type: texts(nodeField.type)[0] ?? '',
    inputs: texts(nodeField.input),
    output: texts(nodeField.output)[0] ?? '',
  };
}

/** The bytes of a NodeProto, named like its output. */
export function writeNode({ type, inputs, output, attributes = {} }: GraphNode): Uint8Array {
  const writer = new ProtoWriter();
  for (const input of inputs) writer.text(nodeField.input, input);
  writer.text(nodeField.output, output);
  writer.text(nodeField.name, output);
  writer.text(nodeField.type, type);
  for (const [name, value] of Object.entries(attributes))
    writer.message(nodeField.attribute, (inner) => {
      inner.text(attributeField.name, name);
      inner.integer(attributeField.int, value);
      inner.integer(attributeField.type, attributeType.int);
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
  writer.integers(tensorField.sizes, tensor.shape);
  writer.integer(tensorField.type, tensor.type);
  writer.text(tensorField.name, tensor.name);
  const { location, offset, byteLength } = tensor;
  for (const [key, value] of Object.entries({ location, offset, length: byteLength }))
    writer.message(tensorField.external, (pair) => {
      pair.text(entryField.key, key);
      pair.text(entryField.value, String(value));
    });
  writer.integer(tensorField.location, externalLocation);
  return writer.finish();
}
