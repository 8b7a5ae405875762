/** A reward model at the door for scores, beside the rows of the shard that it was trained on. */
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cpuDevice } from '@lathe/engine/cpu';
import { openAnyModelFolder } from '@lathe/engine/model-folder';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { createChatEncoder, withAnswers } from '@lathe/tokenizer/chat-encoder';
import { textEncoders } from '@lathe/tokenizer/text-encoders';
import { openTextReader } from '@lathe/tokenizer/text-reader';
import { expect, it } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { openPooledModel } from '../engine/pooled-model.ts';
import { openModelKit, templateOf } from '../texts/model-kit.ts';
import { localTexts } from '../texts/texts.fixture.ts';
import { askTexts } from './ask-model.ts';
import type { ServedModel } from './models.ts';

const tasks = join(import.meta.dirname, '../../../../packages/testkit/fixtures/tasks');
const texts = localTexts();
const { signal } = new AbortController();

const user = 'Where is my new card?\nIt was sent on Monday.';
const answers = ['It arrives in two days.', 'No idea.'];

/** The scores of both answers: of the tokens that ingest makes of the pair, and asked as POST /v1/score asks. */
async function scores(
  folder: string,
  isChat: boolean,
  rowOf: () => Promise<
    readonly { readonly tokens: Int32Array; readonly types?: Uint8Array | undefined }[]
  >,
) {
  const facts = await texts.facts(folder);
  const maxContext = facts.maxPositions;
  const options = { folder, maxContext, maxRows: 2, device: cpuDevice() };
  const pooled = await openPooledModel(await openAnyModelFolder(folder), options);
  const engine: Pick<Engine, 'predict'> = {
    predict: (_, { question, texts: read }) => pooled.predict(question, read, { signal }),
  };
  const model: ServedModel = {
    ...{ name: 'm', facts, texts: folder, room: maxContext, style: 'chat' },
    engine: { folder, adapter: null, maxContext },
    task: { type: 'reward', isChat },
  };
  const asked = {
    kind: 'similarity' as const,
    inputs: answers.map((pair) => ({ text: user, pair })),
  };
  const ports = { engine: engine as Engine, texts };
  const limits = { project: 'p', signal, urgency: 'evaluation', tokensAtOnce: 4096 } as const;
  const atTheDoor = await askTexts(ports, { model, asked }, limits);
  const row = (await rowOf()).map(({ tokens, types }) => ({
    tokens,
    ...(types && { types: Int32Array.from(types) }),
  }));
  const trained = await pooled.predict({ kind: 'sequence-classification' }, row, { signal });
  await pooled.dispose();
  return { atTheDoor, trained: trained.map(([score]) => score) };
}

it('an encoder reads what was said and the answer as the two texts that it was trained on', async () => {
  const folder = join(tasks, 'bert-intents');
  const { tokenizer } = await openModelKit(folder);
  const [preferred, rejected] = answers.map((content) => ({ content })) as [
    { content: string },
    { content: string },
  ];
  // What several said is joined by line ends, as whoever asks writes it.
  const messages = user.split('\n').map((content) => ({ content }));
  const found = await scores(folder, false, async () => {
    const reader = await openTextReader(folder, tokenizer);
    return textEncoders.reward(reader, { messages, preferred, rejected }).examples;
  });
  expect(found.atTheDoor).toEqual(found.trained);
  expect(new Set(found.trained).size).toBe(2);
});

it('a decoder reads the conversation as its template writes it in training', async () => {
  await using temporary = await tempFolder();
  const folder = join(temporary.path, 'model');
  await cp(join(tasks, 'llama-intents'), folder, { recursive: true });
  const template =
    '{% for m in messages %}<s>{{ m.role }}: {{ m.content }}</s>\n{% endfor %}{% if add_generation_prompt %}<s>assistant: {% endif %}';
  await writeFile(join(folder, 'chat_template.jinja'), template);
  const kit = await openModelKit(folder);
  const found = await scores(folder, true, async () => {
    const encoder = createChatEncoder(kit.tokenizer, templateOf(kit, 'm'));
    const said = answers.map((content) => ({ role: 'assistant', content }));
    return withAnswers([{ role: 'user', content: user }], said).flatMap((messages) =>
      encoder
        .encode(messages, undefined)
        .examples.map(({ tokens }) => ({ tokens: Int32Array.from(tokens) })),
    );
  });
  expect(found.atTheDoor).toEqual(found.trained);
  expect(new Set(found.trained).size).toBe(2);
});
