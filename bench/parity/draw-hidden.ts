/**
 * Tells which tokens a masked-lm job hides in every epoch, for bench/reference/jobs.py, which has them from nowhere else:
 * they are drawn. Takes JSON from the standard input and answers on the standard output.
 *
 *     node bench/parity/draw-hidden.ts < asked.json
 */
import { text } from 'node:stream/consumers';
import { drawnExamples, withDrawnTokens } from '@lathe/engine/internal/objectives/hidden-tokens';
import { maskedLm } from '@lathe/engine/masked-lm';
import { openAnyModelFolder } from '@lathe/engine/model-folder';
import { z } from 'zod';

const asked = z
  .object({
    folder: z.string(),
    share: z.number(),
    mask: z.number().int(),
    seed: z.number().int(),
    epochs: z.number().int(),
    rows: z.array(z.object({ tokens: z.array(z.number().int()), special: z.array(z.number()) })),
  })
  .parse(JSON.parse(await text(process.stdin)));
const { config } = await openAnyModelFolder(asked.folder);
if (config.kind !== 'encoder') throw new Error(`${asked.folder} is no encoder`);
const { vocabularySize } = config;
const hiding = { share: asked.share, mask: asked.mask, seed: asked.seed, vocabularySize };
const rows = asked.rows.map(({ tokens, special }) => ({
  tokens: Int32Array.from(tokens),
  supervised: Uint8Array.from(special, (each) => 1 - each),
}));
const { inEpoch } = withDrawnTokens(maskedLm(config), hiding);
const examples = drawnExamples(rows, hiding);
const epochs = Array.from({ length: asked.epochs }, (_, epoch) =>
  examples.map((example) => {
    const { tokens, hidden } = inEpoch?.(example, epoch) ?? example;
    return { tokens: [...tokens], hidden: [...hidden] };
  }),
);
console.log(JSON.stringify(epochs));
