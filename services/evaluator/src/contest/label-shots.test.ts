import { createLogger } from '@lathe/platform/log';
import { afterAll, expect, it } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import type { ServedModel } from '../models/models.ts';
import { openTinyKit } from '../texts/tiny-kit.fixture.ts';
import type { EvaluatePorts } from './evaluation.ts';
import { labelsByFewShot, writesLabels } from './label-shots.ts';

const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');
const tiny = await openTinyKit();
afterAll(() => tiny[Symbol.asyncDispose]());
const { folder, texts, kit, facts } = tiny;

const labelled = (line: number, text: string, label: string) => ({
  ...{ kind: 'labelled' as const, line, text, label },
});
const train = Array.from({ length: 40 }, (_, at) =>
  labelled(at + 1, `thing ${at}`, at % 2 === 0 ? 'red' : 'blue'),
);
const rows = [labelled(100, 'thing a', 'red'), { ...labelled(101, 'thing b', 'blue'), pair: 'c' }];
const served = (change: Partial<ServedModel> = {}): ServedModel => ({
  ...{ name: 'tiny', style: 'chat', facts, task: { type: 'generation' }, texts: folder },
  engine: { folder: folder, adapter: null, maxContext: 512 },
  ...{ room: 512, ...change },
});

/** What a model is asked that answers ` red` to everything, and what that comes to. */
async function asked(base: ServedModel) {
  const prompts: string[] = [];
  let scored = 0;
  const engine = {
    score: async (_: unknown, examples: readonly unknown[]) => {
      scored += examples.length;
      return { loss: 1, supervisedTokens: 1, logProbabilities: examples.map((_each, at) => -at) };
    },
    async *generate(_: unknown, { tokens }: { tokens: readonly number[] }) {
      prompts.push(kit.tokenizer.decode(tokens));
      for (const token of kit.tokenizer.encode(' red')) yield { token, logprob: 0, top: [] };
    },
  } as unknown as Engine;
  const limits = { evaluationSlots: 1, answerSlack: 2, answerMost: 20 };
  const ports = {
    ...{ engine, texts, settings: limits as EvaluatePorts['settings'] },
    ...{ signal: new AbortController().signal, onProgress: () => {} },
    onJudging: () => {},
    ...{ artifacts: {} as EvaluatePorts['artifacts'], log, grade: async () => [] },
    askEval: async () => ({ note: '' }),
  };
  const settings = { seed: 1, asked: 2, most: 8, labelsMost: 16 };
  const about = { rows, train, settings, project: 'default' };
  const found = await labelsByFewShot(base, about, ports);
  return { prompts, found, scored };
}

it('asks a base model for the label behind labelled texts, in its chat', async () => {
  const { prompts, found, scored } = await asked(served());
  // Of the rows set aside, both ways; the answers' own loss is nobody's.
  expect(scored).toBe(2 * 10);
  // The first is asked for one token before the time is taken.
  expect(prompts).toHaveLength(3);
  for (const prompt of prompts)
    expect(prompt).toMatch(
      /^(<\|user\|>thing \d+<\|end\|><\|assistant\|>(red|blue)<\|end\|>){2}<\|user\|>thing (a|b\nc)<\|end\|><\|assistant\|>$/,
    );
  const answer = { answer: 'red', probabilities: [] };
  expect(found).toMatchObject({
    name: 'few-shot',
    shots: 2,
    loss: null,
    answers: [answer, answer],
  });
});

it('or as plain text where it has no template', async () => {
  const { prompts } = await asked(served({ facts: { ...facts, templateProblem: 'none' } }));
  expect(prompts[0]).toMatch(/^(thing \d+\n(red|blue)\n\n){2}thing a\n$/);
});

it('only of decoders that write, and of one label', () => {
  expect(writesLabels(served(), rows)).toBe(true);
  const encoder = { ...facts, architecture: 'encoder' as const };
  expect(writesLabels(served({ facts: encoder }), rows)).toBe(false);
  expect(writesLabels(served(), [{ ...labelled(1, 'a', ''), label: ['a', 'b'] }])).toBe(false);
});
