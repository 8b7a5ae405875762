import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tinyVocabulary, writeTinyTokenizer } from '@lathe/testkit/tiny-tokenizer';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openRowEncoder } from './open-encoder.ts';

const folder = await mkdtemp(join(tmpdir(), 'lathe-tokenize-'));
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => writeTinyTokenizer(folder));
const writing = { task: 'generation', architecture: 'decoder' } as const;
const room = { maxTokens: 100, pieceTokens: 100 };
const write = (name: string, json: unknown) => writeFile(join(folder, name), JSON.stringify(json));

describe('a token for which the model has no row', () => {
  it('refuses the model where any text can have it', async () => {
    await write('config.json', { vocab_size: tinyVocabulary - 1 });
    await expect(
      openRowEncoder({ folder, name: 'tiny' }, { ...writing, rows: 'text' }),
    ).rejects.toMatchObject({
      code: 'unsupported_model',
      message: expect.stringMatching(
        `^The model 'tiny' cannot be trained: the tokenizer has token ${tinyVocabulary - 1} .* but the model has ${tinyVocabulary - 1} rows for tokens.$`,
      ) as string,
    });
  });

  it('is an error of the row where only some chats have it', async () => {
    const chat_template =
      "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% if m.role == 'tool' %}<tool>{% endif %}<|end|>{% endfor %}";
    await write('config.json', { vocab_size: tinyVocabulary });
    await write('tokenizer_config.json', {
      ...{ eos_token: '<|end|>', extra_special_tokens: ['<tool>'], chat_template },
    });
    const encoder = await openRowEncoder({ folder, name: 'tiny' }, { ...writing, rows: 'chat' });
    const [question, answer] = [
      { role: 'user' as const, content: 'a' },
      { role: 'assistant' as const, content: 'b' },
    ];
    expect(
      encoder.encode({ kind: 'chat', line: 1, messages: [question, answer] }, room),
    ).toHaveProperty('examples');
    const tool = { role: 'tool' as const, content: 'c' };
    expect(
      encoder.encode({ kind: 'chat', line: 1, messages: [question, tool, answer] }, room),
    ).toMatchObject({
      issue: {
        ...{ path: 'messages', rule: 'tokens', level: 'error' },
        message: `the row cannot be read: the tokenizer has token ${tinyVocabulary} ("<tool>"), but the model has ${tinyVocabulary} rows for tokens`,
      },
    });
  });
});
