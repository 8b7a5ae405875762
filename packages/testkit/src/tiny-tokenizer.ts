import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainByteLevelBpe } from '@lathe/tokenizer/train-bpe';

/** Tokens that only templates write. */
export const tinySpecialTokens = ['<|end|>', '<|system|>', '<|user|>', '<|assistant|>'] as const;

/** A chat template with generation tags, of the tokens above. */
export const tinyChatTemplate = `{% for message in messages %}<|{{ message.role }}|>{% if message.role == 'assistant' %}{% generation %}{{ message.content }}<|end|>{% endgeneration %}{% else %}{{ message.content }}<|end|>{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}`;

/** A chat template with tools, whose calls are written as Hermes and Qwen write them. */
export const tinyToolTemplate = `{% if tools %}<|system|>{% for tool in tools %}{{ tool | tojson }}{% endfor %}<|end|>{% endif %}{% for message in messages %}{% if message.role == 'tool' %}<|user|><tool_response>{{ message.content }}</tool_response><|end|>{% elif message.role == 'assistant' %}<|assistant|>{{ message.content or '' }}{% for call in message.tool_calls or [] %}<tool_call>{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}</tool_call>{% endfor %}<|end|>{% else %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}`;

/** Size of the vocabulary: the special tokens and the 256 bytes, and no merges. */
export const tinyVocabulary = 256 + tinySpecialTokens.length;

/**
 * Writes the files of a byte tokenizer with a chat template into a folder, made when missing; with
 * `{ template: false }` without the template. Every byte of a text is one token.
 * @example await writeTinyTokenizer('/tmp/model');
 */
export async function writeTinyTokenizer(
  folder: string,
  options: { readonly template?: boolean } = {},
): Promise<void> {
  const tokenizer = trainByteLevelBpe([], {
    vocabularySize: tinyVocabulary,
    specialTokens: tinySpecialTokens,
  });
  const config = {
    eos_token: '<|end|>',
    ...(options.template === false ? {} : { chat_template: tinyChatTemplate }),
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
}
