import { LatheError } from '@lathe/contracts/error';
import type { EmbeddingList } from '@lathe/contracts/http/embedding';
import type { NamedModels } from '@lathe/platform/records/named-model';
import type { ReadEmbedding } from '../bodies/body-task.ts';
import { tellingLimits } from '../http/rate-limits.ts';
import { requireDoor } from '../models/doors.ts';
import { getModel } from '../models/models.ts';
import type { ChatAsker } from './chat.ts';
import type { EmbeddingPiece, Inference } from './inference.ts';
import { numbersOf } from './numbers.ts';

export type EmbeddingPorts = NamedModels & {
  readonly inference: Inference;
};

/**
 * The vectors of one request, as the pieces of an `EmbeddingList` in JSON. Throws `model_not_found`, and what
 * `Inference` throws, before the first piece.
 */
export async function embed(
  ports: EmbeddingPorts,
  asker: ChatAsker,
  request: ReadEmbedding,
): Promise<AsyncIterable<string>> {
  const { model } = request.envelope;
  const { vectors, promptTokens } = await answered(ports, asker, request);
  const usage = { prompt_tokens: promptTokens, total_tokens: promptTokens };
  return listText(vectors, request.encoding, { model, usage });
}

/** The vectors of one request as numbers. Throws what `embed` throws. */
export async function vectorsOf(
  ports: EmbeddingPorts,
  asker: ChatAsker,
  request: ReadEmbedding,
): Promise<{ readonly vectors: readonly number[][]; readonly promptTokens: number }> {
  const { vectors, promptTokens } = await answered(ports, asker, request);
  return { vectors: vectors.map(numbersOf), promptTokens };
}

async function answered(ports: EmbeddingPorts, asker: ChatAsker, request: ReadEmbedding) {
  requireDoor(await getModel(ports, asker.project, request.envelope.model), 'embeddings');
  const found = await collect(
    tellingLimits(ports.inference.embed(request, asker.signal), asker.onLimits),
  );
  if (found.vectors.length === request.inputs) return found;
  throw new LatheError(
    'internal_error',
    `The evaluator answered ${found.vectors.length} of ${request.inputs} inputs.`,
  );
}

/** Numbers that are written out at once: about a millisecond's. */
const numbersAtOnce = 8192;

/** The list as JSON, some vectors after another: all at once they would keep the event loop for seconds. */
async function* listText(
  vectors: readonly Buffer[],
  encoding: ReadEmbedding['encoding'],
  rest: Pick<EmbeddingList, 'model' | 'usage'>,
): AsyncGenerator<string> {
  yield '{"object":"list","data":[';
  const width = (vectors[0]?.length ?? 0) / 4;
  const atOnce = Math.max(1, Math.floor(numbersAtOnce / Math.max(1, width)));
  for (let at = 0; at < vectors.length; at += atOnce) {
    const some = vectors
      .slice(at, at + atOnce)
      .map((bytes, index): EmbeddingList['data'][number] => ({
        object: 'embedding',
        index: at + index,
        embedding: encoding === 'base64' ? bytes.toString('base64') : numbersOf(bytes),
      }));
    yield `${at === 0 ? '' : ','}${some.map((each) => JSON.stringify(each)).join(',')}`;
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield `],${JSON.stringify(rest).slice(1)}`;
}

/** The bytes of each vector, in the order of the inputs. */
async function collect(pieces: AsyncIterable<EmbeddingPiece>) {
  const vectors: Buffer[] = [];
  for await (const piece of pieces) {
    if (piece.kind === 'done') return { vectors, promptTokens: piece.promptTokens };
    if (piece.kind !== 'vectors') continue;
    const bytes = Buffer.from(piece.data, 'base64');
    const size = 4 * piece.dimensions;
    for (let at = 0; at + size <= bytes.length; at += size)
      vectors.push(bytes.subarray(at, at + size));
  }
  throw new LatheError('internal_error', 'The evaluator ended its answer without the usage.');
}
