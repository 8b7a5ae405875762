import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { trainByteLevelBpe } from '@lathe/tokenizer/train-bpe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelFolder } from '../families/model-folder.ts';
import { readPeftAdapter } from '../peft/peft.ts';

const command = join(import.meta.dirname, 'main.ts');
const fixture = join(import.meta.dirname, '..', 'parity', 'fixtures', 'models', 'tied');
let folder: string;

/** A model folder with a tokenizer, a template and a config of a size that trains in a moment. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-local-'));
  const tokenizer = trainByteLevelBpe(['a red cat sat', 'a blue dog ran'], {
    vocabularySize: 280,
    specialTokens: ['<|end|>', '<|user|>', '<|assistant|>'],
  });
  const config = JSON.parse(await readFile(join(fixture, 'config.json'), 'utf8'));
  const end = 0;
  await cp(fixture, join(folder, 'model'), { recursive: true });
  await writeFile(
    join(folder, 'model', 'config.json'),
    JSON.stringify({ ...config, vocab_size: 512, eos_token_id: end, bos_token_id: null }),
  );
  await rm(join(folder, 'model', 'model.safetensors'));
  await writeFile(join(folder, 'model', 'tokenizer.json'), JSON.stringify(tokenizer));
  await writeFile(
    join(folder, 'model', 'tokenizer_config.json'),
    JSON.stringify({
      eos_token: '<|end|>',
      chat_template:
        "{% for message in messages %}{{ '<|' + message.role + '|>' }}{% if message.role == 'assistant' %}{% generation %}{{ message.content + '<|end|>' }}{% endgeneration %}{% else %}{{ message.content }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}",
    }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** A recipe for a model with a tokenizer of its own. */
async function writeOwn(name: string, vocabularySize: number): Promise<void> {
  const tokenizer = { kind: 'byte_level_bpe', vocabularySize };
  const method = { type: 'full', initial: 'random', tokenizer };
  await writeFile(at(name), JSON.stringify({ method, epochs: 1, batchSize: 2 }));
}

const run = (...args: string[]) => promisify(execFile)(process.execPath, [command, ...args]);

describe('the local command', () => {
  it('pre-trains from random weights, then tunes an adapter on chats', async () => {
    const texts = ['a red cat sat', 'a blue dog ran', 'a red dog sat'];
    await writeFile(
      join(folder, 'text.jsonl'),
      texts.map((text) => JSON.stringify({ text })).join('\n'),
    );
    await writeFile(
      join(folder, 'full.json'),
      JSON.stringify({ method: { type: 'full' }, epochs: 4, batchSize: 2, learningRate: 0.01 }),
    );
    const base = join(folder, 'base');
    await run('--random', ...flags('model', 'text.jsonl', 'base'), '--config', at('full.json'));
    expect((await openModelFolder(join(base, 'model'))).tensors.size).toBeGreaterThan(0);
    const metrics = await metricsOf(base);
    expect(metrics).toHaveLength(8);
    expect(metrics.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(metrics[7]?.loss).toBeLessThan(metrics[0]?.loss ?? 0);
    expect(metrics[0]?.tokens_per_second).toBeGreaterThan(0);

    const chats = [
      {
        messages: [
          { role: 'user', content: 'a red' },
          { role: 'assistant', content: ' cat' },
        ],
      },
      { prompt: 'a blue', completion: ' dog' },
    ];
    await writeFile(join(folder, 'chat.jsonl'), chats.map((row) => JSON.stringify(row)).join('\n'));
    await run(...flags(join('base', 'model'), 'chat.jsonl', 'tuned'));
    const adapter = await readPeftAdapter(join(folder, 'tuned', 'adapter'));
    expect(adapter.rank).toBe(16);
    expect(await metricsOf(join(folder, 'tuned'))).toHaveLength(3);
  });

  it('learns the tokenizer of a model from its data', async () => {
    await writeOwn('own.json', 261);
    await writeOwn('more.json', 900);
    const { stdout } = await run(
      ...flags('model', 'text.jsonl', 'own'),
      '--config',
      at('own.json'),
    );
    expect(stdout).toContain('a tokenizer of 261 tokens, learnt from ');
    const { config } = await openModelFolder(join(folder, 'own', 'model'));
    expect(config).toMatchObject({ vocabularySize: 261, eosTokens: [0] });
    const file = join(folder, 'own', 'model', 'tokenizer.json');
    expect(JSON.parse(await readFile(file, 'utf8')).model.merges.length).toBe(2);
    await expect(
      run(...flags('model', 'text.jsonl', 'more'), '--config', at('more.json')),
    ).rejects.toThrow('a vocabulary of 900 tokens is more than the text gives');
  });

  it('watches held-out records and keeps the best step', async () => {
    await writeFile(join(folder, 'train.jsonl'), '{"text":"a red cat sat"}\n');
    await writeFile(join(folder, 'held.jsonl'), '{"text":"a blue dog ran"}\n');
    const earlyStopping = { everySteps: 2, patience: 1 };
    const settings = { method: { type: 'full' }, epochs: 40, learningRate: 0.02, earlyStopping };
    await writeFile(join(folder, 'watched.json'), JSON.stringify(settings));
    const { stdout } = await run(
      '--random',
      ...flags('model', 'train.jsonl', 'watched'),
      ...['--config', at('watched.json'), '--validation', at('held.jsonl')],
    );
    expect(stdout).toMatch(/the best step is \d+\n/);
    const metrics = await metricsOf(join(folder, 'watched'));
    const held = metrics.filter(({ valid_loss }) => valid_loss !== undefined);
    expect(held.length).toBeGreaterThan(1);
    expect(metrics.length).toBeLessThan(60);
  });

  it('names file and line of a record that it cannot use', async () => {
    await writeFile(join(folder, 'bad.jsonl'), '{"text":"a cat"}\n\n{"question":"?"}\n');
    await expect(
      run('--random', ...flags('model', 'bad.jsonl', 'bad'), '--config', at('full.json')),
    ).rejects.toThrow(/bad\.jsonl, line 3: a record of the task generation needs/);
  });

  it('says what it takes, and which option is missing', async () => {
    expect((await run('--help')).stdout).toMatch(/^npm run tune:local .*--validation {2}JSONL/s);
    await expect(run('--model', at('model'))).rejects.toThrow('--data is missing');
  });

  it('refuses to learn from rewards, which nobody gives here', async () => {
    await writeFile(at('rewarded.json'), JSON.stringify({ reinforcement: {} }));
    const told = run(
      ...['--model', at('model'), '--data', at('none.jsonl'), '--out', at('rewarded')],
      ...['--config', at('rewarded.json')],
    );
    await expect(told).rejects.toThrow('reinforcement needs somebody to reward answers');
  });
});

function at(name: string): string {
  return join(folder, name);
}

function flags(model: string, data: string, out: string): string[] {
  return ['--model', at(model), '--data', at(data), '--out', at(out)];
}

async function metricsOf(out: string): Promise<Record<string, number>[]> {
  const text = await readFile(join(out, 'metrics.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, number>);
}
