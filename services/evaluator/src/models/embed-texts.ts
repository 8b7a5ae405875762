import type { Asker, Engine } from '../engine/engine.ts';
import type { Texts } from '../texts/texts.ts';
import { poolingOf, textModelOf } from './ask-model.ts';
import type { ServedModel } from './models.ts';

/** Texts that become tokens at a time. */
const textsAtOnce = 256;

/**
 * The vectors of texts, of length 1 each, in order; for evaluations, whose rows are no request. Throws
 * `context_length_exceeded` and `invalid_value` for a text that the model does not take, and what the engine throws.
 */
export async function embedTexts(
  { engine, texts: threads }: { readonly engine: Engine; readonly texts: Texts },
  { model, texts }: { readonly model: ServedModel; readonly texts: readonly string[] },
  { tokensAtOnce, ...asker }: Asker & { readonly tokensAtOnce: number },
): Promise<Float32Array[]> {
  const about = { version: 1, requestId: 'evaluation', project: asker.project, model: model.name };
  const question = { kind: 'vectors', pooling: poolingOf(model.task), normalized: true } as const;
  const found: Float32Array[] = [];
  const ask = async (part: readonly Int32Array[]): Promise<void> => {
    const asked = { question, texts: part.map((tokens) => ({ tokens })) };
    found.push(...(await engine.predict(model.engine, asked, { ...asker, urgency: 'evaluation' })));
  };
  for (let from = 0; from < texts.length; from += textsAtOnce) {
    const some = texts.slice(from, from + textsAtOnce);
    const body = Buffer.from(
      JSON.stringify({ ...about, inputs: some, isList: true, dimensions: null }),
    );
    const { inputs } = await threads.inputs(textModelOf(model), Uint8Array.from(body), asker);
    let part: Int32Array[] = [];
    let tokens = 0;
    for (const input of inputs) {
      if (part.length > 0 && tokens + input.length > tokensAtOnce) {
        await ask(part);
        [part, tokens] = [[], 0];
      }
      part.push(input);
      tokens += input.length;
    }
    await ask(part);
  }
  return found;
}
