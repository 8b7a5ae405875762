/** ONNX models of every family with every head, in ONNX Runtime, beside what transformers answers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelTask } from '../families/model-task.ts';
import type { EncodedText } from '../objectives/encoder-example.ts';
import {
  headedFolder,
  recorded,
  recordedTasks,
  textsFor,
} from '../predict/headed-folder.fixture.ts';
import { InferenceSession, Tensor } from '../runtime/onnxruntime.ts';
import { exportModel } from './export.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-task-vectors-'));
});
afterAll(() => rm(root, { recursive: true }));

type Side = 'left' | 'right';

/** All texts in one batch, padded to the longest: the outputs, and where each text begins. */
async function answer(session: InferenceSession, texts: readonly EncodedText[], side: Side) {
  const width = Math.max(...texts.map(({ tokens }) => tokens.length));
  const starts = texts.map(({ tokens }) => (side === 'left' ? width - tokens.length : 0));
  const padded = (values: (text: EncodedText) => Int32Array): Tensor => {
    const data = new BigInt64Array(texts.length * width);
    for (const [at, text] of texts.entries())
      data.set(BigInt64Array.from(values(text), BigInt), at * width + (starts[at] as number));
    return new Tensor('int64', data, [texts.length, width]);
  };
  const zeros = ({ tokens }: EncodedText): Int32Array => new Int32Array(tokens.length);
  const feeds: Record<string, Tensor> = {
    input_ids: padded(({ tokens }) => tokens),
    attention_mask: padded((text) => zeros(text).fill(1)),
  };
  if (session.inputNames.includes('token_type_ids'))
    feeds.token_type_ids = padded((text) => text.types ?? zeros(text));
  return { outputs: await session.run(feeds), starts, width };
}

type Answered = Awaited<ReturnType<typeof answer>>;

/** What the recording has of text `at`: its logits, of its tokens, of its places, or where answers begin and end. */
function logitsOf({ outputs, starts, width }: Answered, kind: string, at: number): number[] {
  const { tokens = [], places = [] } = recorded.texts[at] ?? {};
  const row = (name: string, place?: number): number[] => {
    const { data, dims } = outputs[name] as Tensor;
    const values = dims.at(-1) as number;
    const index = place === undefined ? at : at * width + (starts[at] as number) + place;
    return [...(data as Float32Array).subarray(index * values, (index + 1) * values)];
  };
  if (kind === 'sequence-classification') return row('logits');
  if (kind === 'masked-lm') return places.flatMap((place) => row('logits', place));
  if (kind === 'token-classification') return tokens.flatMap((_, place) => row('logits', place));
  const [begins, ends] = ['start_logits', 'end_logits'].map((name) => {
    const all = row(name);
    return all.slice(starts[at], (starts[at] as number) + tokens.length);
  });
  return begins?.flatMap((value, place) => [value, ends?.[place] as number]) ?? [];
}

describe.each(Object.keys(recorded.families))('the ONNX model of "%s"', (family) => {
  it.each(Object.keys(recorded.families[family] ?? {}))(
    'with a head for %s has the logits of transformers, padded on either side',
    async (kind) => {
      const model = await headedFolder(root, family, recordedTasks[kind] as ModelTask);
      const out = join(model.path, 'out');
      const { replay } = await exportModel({ model: model.path, kind: 'onnx', out });
      expect(replay.relative).toBeLessThan(1e-5);
      const session = await InferenceSession.create(join(out, 'onnx/model.onnx'));
      // Encoders count their places from where the tensor begins.
      const sides: Side[] = model.config.kind === 'decoder' ? ['right', 'left'] : ['right'];
      for (const side of sides) {
        const answered = await answer(session, textsFor(model), side);
        for (const [at, wanted] of (recorded.families[family]?.[kind] ?? []).entries()) {
          const found = logitsOf(answered, kind, at);
          expect(found).toHaveLength(wanted.length);
          for (const [index, value] of found.entries())
            expect(Math.abs(value - (wanted[index] as number))).toBeLessThan(1e-4);
        }
      }
      await session.release();
    },
  );
});
