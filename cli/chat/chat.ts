import { wholeNumber } from '../api/api.ts';
import { findModel } from '../api/models.ts';
import { command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { readText } from '../command/read-text.ts';
import { type Sampling, streamAnswer } from './answer.ts';
import { converse, systemMessages } from './conversation.ts';
import { taughtSystemPrompt } from './system-prompt.ts';

export const chat = command({
  name: 'chat',
  summary: 'Talks with a model: in the terminal, or one question from the command line or a pipe.',
  details:
    'Without --model it is the newest tuned model. A tuned model gets the system prompt that its rows have in common unless --system says otherwise; --system "" leaves it out. With --json the answer is one chat completion.',
  examples: [
    'lathe chat',
    'lathe chat "My parcel has not arrived."',
    'lathe chat --model smollm2-135m < question.txt',
  ],
  args: [
    {
      name: 'message',
      meaning: 'one question; without it standard input, or a conversation in a terminal',
      isOptional: true,
      many: true,
    },
  ],
  options: {
    model: {
      meaning: 'the newest tuned model by default',
      value: '<model>',
      short: 'm',
      completion: 'model',
    },
    system: { meaning: 'the system prompt', value: '<text>', short: 's' },
    temperature: { meaning: '0 to 2; 0 is the likeliest answer', value: '<number>' },
    'max-tokens': { meaning: 'longest answer', value: '<n>' },
    seed: { meaning: 'the same seed, the same answer', value: '<n>' },
  },
  async run(call) {
    const { args, options, out, input, isJson, json, connect } = call;
    const { temperature, seed, 'max-tokens': longest } = options;
    if (isJson && args.length === 0 && input.isTTY)
      throw new CommandError(
        'usage',
        'With --json there is one question: give it as a word, or through a pipe.',
      );
    const api = await connect();
    const model = await findModel(api, options.model, ['generation', 'preference']);
    const sampling: Sampling = {
      model,
      ...(temperature !== undefined && { temperature: decimal(temperature) }),
      ...(seed !== undefined && { seed: wholeNumber(seed, 'seed') }),
      ...(longest !== undefined && { max_completion_tokens: wholeNumber(longest, 'max-tokens') }),
    };
    const system = options.system ?? (await taughtSystemPrompt(api, model));
    const prompt = system === '' ? undefined : system;
    if (args.length === 0 && input.isTTY) return converse(call, api, { sampling, system: prompt });
    const content = args.length > 0 ? args.join(' ') : await readText(input);
    const messages = [...systemMessages(prompt), { role: 'user' as const, content }];
    call.catchInterrupt();
    if (isJson) return json(await api.client.chat.completions.create({ ...sampling, messages }));
    await streamAnswer(api, { sampling, messages, signal: call.signal }, out);
    out.line();
    if (call.signal.aborted) throw new CommandError('interrupted', 'Interrupted.');
  },
});

function decimal(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new CommandError('usage', `--temperature takes a number, not "${text}".`);
}
