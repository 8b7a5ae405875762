import { graphField, modelField, tensorField } from '../onnx/fields.ts';
import {
  type GraphNode,
  readNode,
  type StoredTensor,
  writeNode,
  writeStoredTensor,
} from './onnx-node.ts';
import { lengthPrefix, protoFields } from './proto-reader.ts';
import { blockLength, type MatrixLayout, quantizeBlocks } from './quantize-blocks.ts';

/** A float32 weight that the graph names, and where its bytes lie. */
type FloatWeight = { readonly name: string; readonly shape: readonly number[] };

/** A stored tensor and how its bytes come about. */
export type Stored = StoredTensor & { read(): Promise<Uint8Array> };

export type QuantizeOptions = {
  readonly weights: ReadonlyMap<string, FloatWeight>;
  /** Matrices that may be stored as int8. */
  readonly candidates: ReadonlySet<string>;
  /** File that the weights lie in. */
  readonly location: string;
  read(name: string): Promise<Float32Array>;
};

/** What the graph does with a matrix: look rows up, or multiply by it, turned or as it lies. */
type Uses = { rows: boolean; turned: boolean; plain: boolean };

const alignment = 64;

/**
 * The model with its large matrices as int8 in blocks of 32 along the summed axis, each with a float32
 * scale, widened by DequantizeLinear (opset 21). A product reads a matrix as [inputs, outputs], the
 * form that ONNX Runtime turns into its own 8-bit product; a table widens only the rows it looks up.
 * A matrix used both ways (tied embeddings) is stored twice.
 */
export function quantizeModel(
  model: Uint8Array,
  options: QuantizeOptions,
): { readonly model: Uint8Array; readonly stored: readonly Stored[] } {
  const top = [...protoFields(model)];
  const graph = [...protoFields(top.find((one) => one.field === modelField.graph)!.content)];
  const nodes = graph
    .filter((one) => one.field === graphField.node)
    .map(({ content }) => readNode(content));
  const uses = matrixUses(nodes, options.candidates);
  const layout = new Layout(options.location);
  const fresh: Uint8Array[] = [];
  const widened: GraphNode[] = [];
  for (const { name, shape } of options.weights.values()) {
    const use = uses.get(name);
    if (use === undefined) {
      layout.add(name, shape, 1, async () => bytesOf(await options.read(name)));
      continue;
    }
    for (const [form, along, turned] of [
      ['rows', 'rows', false],
      ['turned', 'rows', true],
      ['plain', 'columns', false],
    ] as const)
      if (use[form]) {
        const matrix = { rows: shape[0]!, columns: shape[1]!, along, turned };
        addMatrix(layout, `${name}.${form}`, matrix, () => options.read(name));
        if (form !== 'rows') widened.push(widening(`${name}.${form}`, 0));
      }
  }
  for (const one of graph) {
    if (one.field === graphField.initializer && isStored(one.content)) continue;
    if (one.field !== graphField.node) fresh.push(one.whole);
  }
  const rewritten = [...widened.map(writeNode), ...rewrite(graph, uses)];
  const parts = [
    ...rewritten.map((content) => framed(graphField.node, content)),
    ...fresh,
    ...layout.stored.map((tensor) => framed(graphField.initializer, writeStoredTensor(tensor))),
  ];
  const body = framed(modelField.graph, Buffer.concat(parts));
  const pieces = top.map((one) => (one.field === modelField.graph ? body : one.whole));
  return { model: new Uint8Array(Buffer.concat(pieces)), stored: layout.stored };
}

class Layout {
  readonly #location: string;
  readonly stored: Stored[] = [];
  #end = 0;

  constructor(location: string) {
    this.#location = location;
  }

  add(name: string, shape: readonly number[], type: 1 | 3, read: Stored['read']): void {
    const byteLength = shape.reduce((product, size) => product * size, 1) * (type === 1 ? 4 : 1);
    const offset = Math.ceil(this.#end / alignment) * alignment;
    this.#end = offset + byteLength;
    this.stored.push({ name, shape, type, location: this.#location, offset, byteLength, read });
  }
}

function addMatrix(
  layout: Layout,
  name: string,
  matrix: MatrixLayout,
  read: () => Promise<Float32Array>,
): void {
  const { rows, columns, along, turned } = matrix;
  const shape = turned ? [columns, rows] : [rows, columns];
  const summed = (along === 'rows') === turned ? 0 : 1;
  const scales = shape.map((size, axis) =>
    axis === summed ? Math.ceil(size / blockLength) : size,
  );
  // Both come of one pass; the codes are written first, and only the small scales are kept.
  let kept: Float32Array | undefined;
  layout.add(`${name}.codes`, shape, 3, async () => {
    const quantized = quantizeBlocks(await read(), matrix);
    kept = quantized.scales;
    return bytesOf(quantized.codes);
  });
  layout.add(`${name}.scales`, scales, 1, async () =>
    bytesOf(kept ?? quantizeBlocks(await read(), matrix).scales),
  );
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function widening(name: string, axis: number): GraphNode {
  return {
    type: 'DequantizeLinear',
    inputs: [`${name}.codes`, `${name}.scales`],
    output: name,
    attributes: { axis, block_size: blockLength },
  };
}

/** How each candidate is used; one that is used in another way is left out. */
function matrixUses(
  nodes: readonly GraphNode[],
  candidates: ReadonlySet<string>,
): ReadonlyMap<string, Uses> {
  const uses = new Map<string, Uses>();
  const others = new Set<string>();
  for (const { type, inputs } of nodes)
    for (const [at, name] of inputs.entries()) {
      if (!candidates.has(name)) continue;
      const use = uses.get(name) ?? { rows: false, turned: false, plain: false };
      uses.set(name, use);
      if (type === 'Gather' && at === 0) use.rows = true;
      else if (type === 'Gemm' && at === 1) use.turned = true;
      else if (type === 'MatMul' && at === 1) use.plain = true;
      else others.add(name);
    }
  for (const name of others) uses.delete(name);
  return uses;
}

/** The nodes with int8 matrices in place of float ones. Every Gemm of the graph is x·Wᵀ without a bias. */
function rewrite(
  graph: readonly { readonly field: number; readonly content: Uint8Array }[],
  uses: ReadonlyMap<string, Uses>,
): Uint8Array[] {
  return graph
    .filter((one) => one.field === graphField.node)
    .flatMap(({ content }) => {
      const { type, inputs, output } = readNode(content);
      const [first, second] = inputs as [string, string];
      if (type === 'Gather' && uses.has(first)) {
        const looked = `${output}.looked`;
        const lookUp = (part: string): GraphNode => ({
          type: 'Gather',
          inputs: [`${first}.rows.${part}`, second],
          output: `${looked}.${part}`,
          attributes: { axis: 0 },
        });
        const rows = { ...widening(looked, 1), output };
        return [lookUp('codes'), lookUp('scales'), rows].map(writeNode);
      }
      if (type === 'Gemm' && uses.has(second))
        return [writeNode({ type: 'MatMul', inputs: [first, `${second}.turned`], output })];
      if (type === 'MatMul' && uses.has(second))
        return [writeNode({ type, inputs: [first, `${second}.plain`], output })];
      return [content];
    });
}

/** Whether a tensor's numbers lie in a file: the weights, which the layout has anew. */
function isStored(content: Uint8Array): boolean {
  return [...protoFields(content)].some((inner) => inner.field === tensorField.external);
}

function framed(number: number, content: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([lengthPrefix(number, content.byteLength), content]));
}
