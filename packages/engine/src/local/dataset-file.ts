import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Recipe } from '@lathe/recipe/recipe';
import { encodeConversation } from '@lathe/tokenizer/chat-conversation';
import { loadChatTemplate } from '@lathe/tokenizer/chat-template';
import { encodeCompletion } from '@lathe/tokenizer/completion-example';
import { endOfText } from '@lathe/tokenizer/end-token';
import type { ChatTemplate } from '@lathe/tokenizer/rendered-chat';
import { loadTokenizer, type Tokenizer } from '@lathe/tokenizer/tokenizer';
import { z } from 'zod';
import { badTarget, type TokenizedExample, textExample } from '../objectives/example.ts';

const message = z.looseObject({
  role: z.string(),
  content: z.string().nullish(),
  weight: z.number().optional(),
});
const chatRecord = z.looseObject({
  messages: z.array(message).min(1),
  tools: z.array(z.unknown()).optional(),
});
const completionRecord = z.strictObject({ prompt: z.string(), completion: z.string() });
const textRecord = z.strictObject({ text: z.string().min(1) });
const input = z.looseObject({ messages: z.array(message).min(1) });
const answer = z.tuple([message]);
const pairRecord = z.strictObject({
  input,
  preferred_output: answer,
  non_preferred_output: answer,
});
const judgedRecord = z.strictObject({ input, output: answer, label: z.boolean() });

/** What turns text into tokens for one model. */
export type Encoders = {
  readonly tokenizer: Tokenizer;
  /** The chat template. Throws why there is none; only chats need one, and base models have none. */
  template(): ChatTemplate;
  readonly endOfText: number | undefined;
};

/** Loads the encoders of a model folder. */
export async function loadEncoders(folder: string): Promise<Encoders> {
  const tokenizer = await loadTokenizer(folder);
  const template = await loadChatTemplate(folder).then(
    (loaded) => () => loaded,
    (cause: unknown) => () => {
      throw cause;
    },
  );
  return { tokenizer, template, endOfText: await endOfText(folder, tokenizer) };
}

/**
 * Reads a JSONL file of `{"messages": […]}`, `{"prompt", "completion"}` or `{"text"}` records; for a recipe with a
 * preference of pairs of answers, each two examples, or of judged answers. Blank lines are skipped. Throws RangeError
 * that names the file and line of a record that cannot be used.
 * @example const examples = await readDataset('train.jsonl', await loadEncoders('models/lathe-tiny'));
 */
export async function readDataset(
  file: string,
  encoders: Encoders,
  preference?: Recipe['preference'],
): Promise<TokenizedExample[]> {
  const encode =
    preference === undefined ? encodeRecord : preference.loss === 'kto' ? encodeJudged : encodePair;
  const examples: TokenizedExample[] = [];
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    try {
      examples.push(...encode(JSON.parse(line), encoders));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new RangeError(`${file}, line ${number}: ${reason}`, { cause });
    }
  }
  if (examples.length === 0) throw new RangeError(`${file} holds no examples`);
  return examples;
}

/** One record in tokens, which may be several examples of a conversation; a text record is supervised throughout and ends with the end-of-text token. */
function encodeRecord(record: unknown, encoders: Encoders): TokenizedExample[] {
  const { tokenizer } = encoders;
  const chat = chatRecord.safeParse(record);
  if (chat.success) {
    const { messages, tools } = chat.data;
    const options = tools === undefined ? {} : { tools };
    const template = encoders.template();
    return encodeConversation(tokenizer, template, messages, options).examples.map(arrays);
  }
  const end = encoders.endOfText;
  const completion = completionRecord.safeParse(record);
  if (completion.success) {
    if (end === undefined) throw new RangeError('the model folder names no end-of-text token');
    return [arrays(encodeCompletion(tokenizer, { ...completion.data, eos: end }))];
  }
  const text = textRecord.safeParse(record);
  if (text.success) {
    const tokens = [...tokenizer.prefix, ...tokenizer.encode(text.data.text)];
    return [textExample(end === undefined ? tokens : [...tokens, end])];
  }
  throw new RangeError('a record needs "messages", or "prompt" and "completion", or "text"');
}

function encodePair(record: unknown, encoders: Encoders): TokenizedExample[] {
  const pair = pairRecord.safeParse(record);
  if (!pair.success)
    throw new RangeError('a record needs "input", "preferred_output" and "non_preferred_output"');
  const {
    preferred_output: [preferred],
    non_preferred_output: [rejected],
  } = pair.data;
  const { messages } = pair.data.input;
  return [preferred, rejected].flatMap((own) => encodeAnswer([...messages, own], encoders));
}

function encodeJudged(record: unknown, encoders: Encoders): TokenizedExample[] {
  const judged = judgedRecord.safeParse(record);
  if (!judged.success) throw new RangeError('a record needs "input", "output" and "label"');
  const {
    input: { messages },
    output,
    label,
  } = judged.data;
  return encodeAnswer([...messages, ...output], encoders).map(({ tokens, supervised }) => ({
    tokens,
    supervised: label ? supervised : supervised.map((flag) => flag * badTarget),
  }));
}

/** A conversation of which the last message alone is a target. */
function encodeAnswer(
  messages: readonly z.infer<typeof message>[],
  { tokenizer, template }: Encoders,
): TokenizedExample[] {
  const weighed = messages.map((one, at) =>
    one.role === 'assistant' && at < messages.length - 1 ? { ...one, weight: 0 } : one,
  );
  return encodeConversation(tokenizer, template(), weighed).examples.map(arrays);
}

function arrays(encoded: { tokens: readonly number[]; supervised: Uint8Array }): TokenizedExample {
  return { tokens: Int32Array.from(encoded.tokens), supervised: encoded.supervised };
}
