import { createInterface } from 'node:readline';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { Api } from '../api/api.ts';
import type { Call } from '../command/command.ts';
import { failureOf } from '../command/failure.ts';
import { type Sampling, streamAnswer } from './answer.ts';

const orders: Readonly<Record<string, string>> = {
  '/exit': 'ends; so does Ctrl-D',
  '/new': 'forgets what was said',
  '/system <text>': 'another system prompt, or none; forgets what was said',
  '/model <model>': 'asks another model from here on',
  '/help': 'this',
};

/**
 * A conversation in the terminal until `/exit`, Ctrl-D, or Ctrl-C at the prompt; Ctrl-C in an answer ends that answer. A request
 * that Lathe refuses is told, and the conversation goes on without it.
 */
export async function converse(
  { out, input }: Pick<Call, 'out'> & { readonly input: NodeJS.ReadableStream },
  api: Api,
  { sampling, system }: { readonly sampling: Sampling; readonly system: string | undefined },
): Promise<void> {
  const { paint } = out;
  const lines = createInterface({ input, output: process.stdout, prompt: paint.bold('› ') });
  // Ctrl-D in an answer closes the input before the next prompt.
  let isOpen = true;
  lines.on('close', () => {
    isOpen = false;
  });
  const promptAgain = (): void => {
    if (isOpen) lines.prompt();
  };
  let answering: AbortController | undefined;
  lines.on('SIGINT', () => (answering === undefined ? lines.close() : answering.abort()));
  let { model } = sampling;
  let prompt = system;
  let said: ChatCompletionMessageParam[] = [];
  out.line(paint.dim(`${model}; /help says more, Ctrl-D ends`));
  if (prompt !== undefined) out.line(paint.dim(`system prompt of its rows: ${prompt}`));
  promptAgain();
  for await (const line of lines) {
    const text = line.trim();
    const [order, ...rest] = text.split(' ');
    const value = rest.join(' ').trim();
    if (order === '/exit') break;
    if (order === '/new') said = [];
    else if (order === '/system') {
      prompt = value === '' ? undefined : value;
      said = [];
    } else if (order === '/model' && value !== '') model = value;
    else if (order?.startsWith('/') === true)
      for (const [name, meaning] of Object.entries(orders))
        out.line(`${name.padEnd(16)} ${meaning}`);
    else if (text !== '') {
      answering = new AbortController();
      const asked: ChatCompletionMessageParam[] = [...said, { role: 'user', content: text }];
      const messages = [...systemMessages(prompt), ...asked];
      const request = { sampling: { ...sampling, model }, messages, signal: answering.signal };
      try {
        const content = await streamAnswer(api, request, out);
        said = [...asked, { role: 'assistant', content }];
        out.line(answering.signal.aborted ? paint.dim(' …') : '');
      } catch (error) {
        out.line(paint.red(failureOf(error, api.url).message));
      }
      answering = undefined;
    }
    promptAgain();
  }
  lines.close();
}

/** The messages that a conversation begins with. */
export function systemMessages(prompt: string | undefined): ChatCompletionMessageParam[] {
  return prompt === undefined ? [] : [{ role: 'system', content: prompt }];
}
