import { type BenchCase, benchCases } from '../engine/cases.ts';

/** Which of the sides is transposed: both as they lie, the right one as a weight `[out, in]` lies, or the left one. */
type Form = 'A·B' | 'A·Bᵀ' | 'Aᵀ·B';

/** One product: Y is `[rows, columns]`, and `depth` numbers are summed for each of it. */
export type Product = {
  readonly form: Form;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
};

const adapterRank = 16;

/**
 * The products of a step of the benched models, each once: what a layer multiplies its input by, and the gradients of the
 * input and of the weight; and what ratios are usually told of, 1024 in each direction.
 */
export function benchProducts(only: string | undefined): Product[] {
  const found = new Map<string, Product>();
  const add = (product: Product): void => {
    found.set(Object.values(product).join(' '), product);
  };
  if (only === undefined) addLayer(add, 1024, { from: 1024, to: 1024 });
  for (const entry of benchCases)
    if (only === undefined || entry.name === only)
      for (const layer of layersOf(entry)) addLayer(add, entry.batch * entry.tokens, layer);
  return [...found.values()];
}

type Layer = { readonly from: number; readonly to: number };

function addLayer(add: (product: Product) => void, tokens: number, { from, to }: Layer): void {
  add({ form: 'A·B', rows: tokens, depth: from, columns: to });
  add({ form: 'A·Bᵀ', rows: tokens, depth: from, columns: to });
  add({ form: 'A·B', rows: tokens, depth: to, columns: from });
  add({ form: 'Aᵀ·B', rows: to, depth: tokens, columns: from });
}

function layersOf({ config, method }: BenchCase): Layer[] {
  const [hidden, inner] = [Number(config.hidden_size), Number(config.intermediate_size)];
  const layers = [
    { from: hidden, to: hidden },
    { from: hidden, to: inner },
    { from: inner, to: hidden },
  ];
  if (method === 'full') return layers;
  const adapters = [hidden, inner].flatMap((width) => [
    { from: width, to: adapterRank },
    { from: adapterRank, to: width },
  ]);
  return [...layers, ...adapters];
}
