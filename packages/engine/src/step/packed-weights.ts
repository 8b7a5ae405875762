import { bytesOf, type Graph } from '../graph/graph.ts';
import { externalOp, type Value } from '../graph/value.ts';
import { lowerGraph } from '../onnx/lower.ts';
import { type MatMulAttributes, matmulOps } from '../ops/matmul.ts';

/** What becomes of mapped weights when ONNX Runtime lays them out anew for its products, in bytes. */
export type PackedWeights = {
  /** The copies: one for each weight and way of reading it, plain or transposed. */
  readonly copies: number;
  /** Mapped weights that nothing reads as they were any more; they are given back. */
  readonly released: number;
};

/** What packing the weights of a graph for the CPU takes, and gives back. */
export function packedWeights(graph: Graph): PackedWeights {
  const { nodes } = lowerGraph(graph.outputs, { device: 'cpu' });
  const copies = new Map<string, number>();
  const packed = new Set<Value>();
  const read = new Set<Value>();
  for (const { op, inputs, attributes } of nodes)
    for (const [side, source] of inputs.entries()) {
      if (source.op !== externalOp) continue;
      if (op === matmulOps.MatMul && side === 1 && source.dtype === 'float32') {
        packed.add(source);
        const { transB } = attributes as MatMulAttributes;
        copies.set(`${source.name} ${transB}`, bytesOf(source));
      } else read.add(source);
    }
  const sum = (bytes: Iterable<number>): number => [...bytes].reduce((total, x) => total + x, 0);
  return {
    copies: sum(copies.values()),
    released: sum([...packed].filter((weight) => !read.has(weight)).map(bytesOf)),
  };
}
