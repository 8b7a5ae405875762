import { graphField, modelField, tensorField } from '../onnx/fields.ts';
import { lengthPrefix, type ProtoField, protoFields } from './proto-reader.ts';

/** A weight in a file beside the model, and how its bytes come about. */
export type StoredWeight = {
  readonly name: string;
  readonly offset: number;
  readonly byteLength: number;
  read(): Promise<Uint8Array>;
};

/**
 * An ONNX model whose external weights are written into it, piece by piece: at most one weight is held at
 * a time. `stored` are the external weights, by name.
 */
export async function* inlineWeights(
  model: Uint8Array,
  stored: ReadonlyMap<string, StoredWeight>,
): AsyncGenerator<Uint8Array> {
  for (const field of protoFields(model)) {
    if (field.field === modelField.graph) yield* inlineGraph(field, stored);
    else yield field.whole;
  }
}

async function* inlineGraph(
  graph: ProtoField,
  stored: ReadonlyMap<string, StoredWeight>,
): AsyncGenerator<Uint8Array> {
  const parts: { readonly head: Uint8Array; readonly weight?: StoredWeight }[] = [];
  for (const field of protoFields(graph.content)) {
    const name = field.field === graphField.initializer ? externalName(field.content) : undefined;
    const weight = name === undefined ? undefined : stored.get(name);
    if (weight === undefined) {
      parts.push({ head: field.whole });
      continue;
    }
    const kept = [...protoFields(field.content)]
      .filter(
        (inner) => inner.field !== tensorField.external && inner.field !== tensorField.location,
      )
      .map(({ whole }) => whole);
    const body = joined([...kept, lengthPrefix(tensorField.raw, weight.byteLength)]);
    const head = joined([
      lengthPrefix(graphField.initializer, body.byteLength + weight.byteLength),
      body,
    ]);
    parts.push({ head, weight });
  }
  const total = parts.reduce(
    (sum, { head, weight }) => sum + head.byteLength + (weight?.byteLength ?? 0),
    0,
  );
  yield lengthPrefix(modelField.graph, total);
  for (const { head, weight } of parts) {
    yield head;
    if (weight !== undefined) yield await weight.read();
  }
}

/** The name of a tensor whose data lie in a file; undefined for others. */
function externalName(content: Uint8Array): string | undefined {
  const fields = [...protoFields(content)];
  if (!fields.some(({ field }) => field === tensorField.external)) return undefined;
  const name = fields.find(({ field }) => field === tensorField.name);
  return name === undefined ? undefined : Buffer.from(name.content).toString('utf8');
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
