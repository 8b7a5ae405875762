/** Reported inputs that chat templates and tokenizers read: each has the tokens that transformers 5.24 gives. */
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { encodeConversation } from '@lathe/tokenizer/chat-conversation';
import { loadChatTemplate } from '@lathe/tokenizer/chat-template';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readReported, writeReportedFolder } from './reported-folder.fixture.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;
beforeAll(async () => {
  folder = await tempFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

/** What is trained of the messages of an input. */
async function trainedOn(name: string) {
  const input = await readReported(name);
  const model = join(folder.path, name);
  await writeReportedFolder(model, input);
  const tokenizer = await loadTokenizer(model);
  const template = await loadChatTemplate(model);
  const { examples, controlStrings, losses } = encodeConversation(
    tokenizer,
    template,
    input.messages,
  );
  const supervised = examples.map(({ tokens, supervised: flags }) =>
    tokenizer.decode(tokens.filter((_, at) => flags[at] === 1)),
  );
  return { input, examples, supervised, controlStrings, losses };
}

it.each([
  ['01-strip-newlines', ['    return 1<|im_end|>']],
  ['02-eos-in-special-tokens-map', ['yes<|im_end|>']],
  ['03-other-special-token-variable', ['yes<|im_end|>']],
  ['04-added-tokens-decoder', ['yes<|im_end|>']],
  ['18-trim-keeps-byte-order-mark', ['\ufeffyes<|im_end|>']],
])('%s', async (name, targets) => {
  const { input, examples, supervised } = await trainedOn(name);
  expect(examples.map(({ tokens }) => [...tokens])).toEqual([input.right.tokens]);
  expect(supervised).toEqual(targets);
});

it('17-end-token-not-special', async () => {
  const { supervised, examples, controlStrings } = await trainedOn('17-end-token-not-special');
  expect(supervised).toEqual(['ok<|im_end|>']);
  expect(controlStrings).toEqual(['<|im_end|>']);
  // One end of the user's turn and one of the answer's: what the user wrote is text.
  expect(examples[0]?.tokens.filter((token) => token === 3)).toHaveLength(2);
});
