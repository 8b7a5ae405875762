import { bytesOf, type Graph } from '../graph/graph.ts';
import { externalOp, type Value } from '../graph/value.ts';
import { lowerGraph } from '../onnx/lower.ts';
import { padsStored, usualPadding } from '../onnx/padded-widths.ts';
import { comparisonOps } from '../ops/comparison.ts';
import { type MatMulAttributes, matmulOps } from '../ops/matmul.ts';

/** What becomes of mapped weights when ONNX Runtime lays them out anew for its products, in bytes. */
export type PackedWeights = {
  /** The copies: one for each weight and way of reading it, plain or transposed. */
  readonly copies: number;
  /** Float32 of weights that are stored in 16 bits, where it stays beside the copies, for all but products. */
  readonly widened: number;
  /** Whether some of them are stored in 16 bits: unpacked, each run would make them float32 before it multiplies. */
  readonly widens: boolean;
  /** Mapped weights that nothing reads as they were any more; they are given back. */
  readonly released: number;
  /** Those copies that are made of padded weights, which are put together in memory first. */
  readonly padded: number;
};

/**
 * What packing the weights of a graph for products on the CPU takes, and gives back; our own kernels leave such products to ONNX
 * Runtime. `pads`: the products are of padded widths.
 */
export function packedWeights(graph: Graph, pads = false): PackedWeights {
  const padding = pads ? usualPadding : undefined;
  const { nodes } = lowerGraph(graph.outputs, { device: 'cpu', padding });
  const copies = new Map<Value | string, number>();
  const packed = new Set<Value>();
  const read = new Set<Value>();
  let widens = false;
  // What widens or pads a weight is computed when the session is opened.
  for (const { op, inputs, attributes } of nodes.filter((node) => !padsStored(node)))
    for (const [side, taken] of inputs.entries()) {
      const whole = padsStored(taken) ? (taken.inputs[0] as Value) : taken;
      const source = widensStored(whole) ? (whole.inputs[0] as Value) : whole;
      if (source.op !== externalOp || (op === comparisonOps.Cast && taken === source)) continue;
      const isPacked = op === matmulOps.MatMul && side === 1 && taken.dtype === 'float32';
      if (isPacked) {
        packed.add(source);
        if (source !== whole) widens = true;
        const { transB } = attributes as MatMulAttributes;
        copies.set(whole === taken ? `${source.name} ${transB}` : taken, bytesOf(taken));
      }
      if (!isPacked) read.add(taken);
    }
  const sum = (bytes: Iterable<number>): number => [...bytes].reduce((total, x) => total + x, 0);
  return {
    copies: sum(copies.values()),
    widens,
    widened: sum([...read].filter(widensStored).map(bytesOf)),
    padded: sum([...copies].map(([key, bytes]) => (typeof key === 'string' ? 0 : bytes))),
    released: sum([...packed].filter((weight) => !read.has(weight)).map(bytesOf)),
  };
}

/** Whether a value is a weight in a file as another type than it is stored in. */
export function widensStored({ op, inputs }: Value): boolean {
  return op === comparisonOps.Cast && inputs[0]?.op === externalOp;
}
