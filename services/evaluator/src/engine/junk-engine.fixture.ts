/**
 * For tests: an engine process that answers nonsense. A chat with temperature 0 is answered properly, with as many
 * tokens as it asks for; any other piece of work gets messages drawn from its seed, about itself and about nothing.
 */
import fc from 'fast-check';

type Work = {
  readonly kind: string;
  readonly id: number;
  readonly request?: {
    readonly temperature: number;
    readonly seed: number;
    readonly maxTokens: number;
  };
};

const deep = Array.from({ length: 500 }).reduce<unknown>((inner) => ({ inner }), 1);
const odd = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
  fc.constantFrom<unknown>(Number.NaN, Infinity, 5e-324, deep, 'x'.repeat(100_000)),
  fc.constantFrom<unknown>(new Float32Array(3), new Float32Array([Number.NaN]), Buffer.alloc(9)),
);
/** Nearly a message of the engine: its fields, each with anything in it or left out. */
const nearly = fc.record(
  {
    kind: fc.oneof(fc.constantFrom('read', 'token', 'end', 'scored', 'predicted', 'failed'), odd),
    ...{ token: odd, logprob: odd, top: odd, loss: odd, supervisedTokens: odd },
    ...{ vectors: odd, error: odd, cause: odd },
  },
  { requiredKeys: ['kind'] },
);

function say(message: unknown): void {
  try {
    process.send?.(message as object);
  } catch {
    // What cannot be copied was never said.
  }
}

process.on('disconnect', () => process.exit(0));
process.on('message', ({ kind, id, request }: Work) => {
  if (kind === 'configure' || kind === 'cancel') return;
  if (request?.temperature === 0) {
    for (let token = 0; token < request.maxTokens; token++)
      say({ kind: 'token', id, token, logprob: -1, top: [] });
    say({ kind: 'end', id });
    return;
  }
  const seed = request?.seed ?? id;
  for (const message of fc.sample(fc.oneof(nearly, odd), { seed, numRuns: 8 })) {
    say(message);
    if (typeof message === 'object') say({ ...message, id });
  }
  // The last word, so that nobody waits: one that cannot be read.
  say({ kind: 'nothing', id });
});
