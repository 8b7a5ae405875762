import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@lathe/platform/log';
import type { Records } from '@lathe/platform/records';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { tinyVocabulary } from '@lathe/testkit/tiny-tokenizer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatRequest } from '../integration/records.fixture.ts';
import { createAnnouncer } from '../serve/announce.ts';
import { createKits } from '../texts/kits.ts';
import { openModelKit } from '../texts/model-kit.ts';
import { prepareChat } from '../texts/prepare-chat.ts';
import { factsOf } from '../texts/text-work.ts';
import type { Texts } from '../texts/texts.ts';

const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
const note = { id: tinyVocabulary, content: '<|note|>', special: false, ...flags };
const problem = `the tokenizer has token ${tinyVocabulary} ("<|note|>"), but the model has ${tinyVocabulary} rows for tokens`;

let models: string;
beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), 'lathe-rows-'));
});
afterAll(() => rm(models, { recursive: true }));

async function writeModel(name: string, file: string, change: (json: Json) => Json) {
  const folder = join(models, name);
  await writeTinyModel(folder);
  const path = join(folder, file);
  const before = await readFile(path, 'utf8').catch(() => '{}');
  await writeFile(path, JSON.stringify(change(JSON.parse(before) as Json)));
  return folder;
}
type Json = Record<string, unknown>;

describe('a tokenizer that is larger than its model', () => {
  it.each<[name: string, file: string, change: (json: Json) => Json]>([
    [
      'added',
      'tokenizer.json',
      (json) => ({ ...json, added_tokens: [...(json.added_tokens as Json[]), note] }),
    ],
    ['beside', 'added_tokens.json', () => ({ '<|note|>': tinyVocabulary })],
    [
      'named',
      'special_tokens_map.json',
      () => ({ eos_token: { content: '<|note|>', lstrip: false } }),
    ],
  ])('is refused wherever the token comes from: %s', async (name, file, change) => {
    await expect(openModelKit(await writeModel(name, file, change))).rejects.toThrow(problem);
  });

  it('is taken where only padding has no row', async () => {
    const folder = await writeModel('padding', 'special_tokens_map.json', () => ({
      pad_token: '[PAD]',
    }));
    expect((await openModelKit(folder)).tokenizer.tokenId('[PAD]')).toBe(tinyVocabulary);
  });

  it('of which a request asks for a token without a row gets a 400', async () => {
    const tools = {
      extra_special_tokens: ['<tool>'],
      eos_token: '<|end|>',
      chat_template:
        "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% if m.role == 'tool' %}<tool>{% endif %}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}",
    };
    const kit = await openModelKit(await writeModel('tools', 'tokenizer_config.json', () => tools));
    const about = { name: 'tools', folder: '', style: 'chat', room: 100 } as const;
    const model = { ...about, task: { type: 'generation' } } as const;
    const ask = (change: Json) => () => {
      const body = Buffer.from(JSON.stringify({ ...chatRequest(), ...change }));
      return prepareChat(kit, model, { body, isQuick: false });
    };
    expect(ask({})).not.toThrow();
    expect(ask({ logitBias: { [tinyVocabulary]: 5 } })).toThrow(
      `Invalid value for 'logit_bias': there is no token ${tinyVocabulary}`,
    );
    const tool = { role: 'tool', content: 'c' };
    expect(ask({ messages: [{ role: 'user', content: 'a' }, tool] })).toThrow(
      `The messages cannot be read: the tokenizer has token ${tinyVocabulary} ("<tool>"), but the model has ${tinyVocabulary} rows for tokens.`,
    );
  });

  it('is not announced, and named in the log with the reason', async () => {
    const lines: { model?: string; reason?: string }[] = [];
    const log = createLogger({ logLevel: 'warn', logFormat: 'json' }, 'test', {
      write: (line) => lines.push(JSON.parse(line) as (typeof lines)[number]),
    });
    const stored = new Set<string>();
    const records: Pick<Records['models'], 'put' | 'list'> = {
      put: (_key, { name }) => {
        stored.add(name);
        return Promise.resolve(1);
      },
      list: () => Promise.resolve([]),
    };
    const kits = createKits();
    const texts: Pick<Texts, 'facts' | 'checkWeights'> = {
      facts: async (folder) => factsOf(await kits.open(folder)),
      checkWeights: () => Promise.resolve(),
    };
    await createAnnouncer({
      ...{ models: records as Records['models'], texts: texts as Texts },
      ...{ modelFolders: [models], log },
    }).scan();
    const about = lines.filter(({ model }) => model === 'added');
    expect(about).toHaveLength(1);
    expect(about[0]?.reason).toContain(problem);
    expect([...stored].toSorted()).toEqual(['padding', 'tools']);
  });
});
