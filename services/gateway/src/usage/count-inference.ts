import type { Inference } from '../chat/inference.ts';
import type { ServedTokens } from './served-tokens.ts';

type Request = {
  readonly envelope: { readonly project: string; readonly model: string };
};
type Tokens = { readonly inputTokens: number; readonly outputTokens: number };

/**
 * The same evaluators; what they answer to its end is counted. Requests of batches and of graders pass here, too; one
 * whose client left or that failed is not counted.
 */
export function countInference(inference: Inference, served: ServedTokens): Inference {
  async function* counted<Piece>(
    { envelope: { project, model } }: Request,
    pieces: AsyncGenerator<Piece, void>,
    tokensOf: (piece: Piece) => Tokens | null,
  ): AsyncGenerator<Piece, void> {
    for await (const piece of pieces) {
      const tokens = tokensOf(piece);
      if (tokens !== null) served.add({ project, model, ...tokens });
      yield piece;
    }
  }
  return {
    answer: (request, signal) =>
      counted(request, inference.answer(request, signal), (piece) =>
        piece.kind === 'done' ? spoken(piece.usage) : null,
      ),
    complete: (request, signal) =>
      counted(request, inference.complete(request, signal), (piece) =>
        piece.kind === 'done' ? spoken(piece.usage) : null,
      ),
    embed: (request, signal) =>
      counted(request, inference.embed(request, signal), (piece) =>
        piece.kind === 'done' ? read(piece.promptTokens) : null,
      ),
    predict: (request, signal) =>
      counted(request, inference.predict(request, signal), (piece) =>
        piece.kind === 'done' ? read(piece.promptTokens) : null,
      ),
  };
}

function spoken(usage: {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}): Tokens {
  return { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens };
}

function read(inputTokens: number): Tokens {
  return { inputTokens, outputTokens: 0 };
}
