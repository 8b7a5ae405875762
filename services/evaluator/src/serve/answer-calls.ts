import type { TokenLogprob } from '@lathe/contracts/http/chat';
import { newId } from '@lathe/contracts/id';
import type { ToolForm } from '@lathe/tokenizer/tool-form';
import { type AnswerPart, createToolReader } from '@lathe/tokenizer/tool-reader';
import type { AnswerPiece, AnswerPorts, Choice } from './choice.ts';
import { createStopFilter } from './stop-filter.ts';

/**
 * One choice in which calls are looked for: text, calls and their arguments as soon as they may be shown, then why it
 * ended. Stop texts are looked for in the text alone. Log-probabilities come with the first piece behind their tokens.
 * Returns its tokens.
 */
export async function* answerWithCalls(
  {
    choice,
    project,
    chat,
    settings,
    model,
    text: answer,
    form,
    onRead,
  }: Choice & { readonly form: ToolForm },
  { engine, signal, urgency = 'chat' }: Pick<AnswerPorts, 'engine' | 'signal' | 'urgency'>,
): AsyncGenerator<AnswerPiece, number> {
  const { wantsLogprobs } = chat;
  const reader = createToolReader(form);
  const filter = createStopFilter(chat.stop);
  let held: TokenLogprob[] = [];
  let count = 0;
  let calls = 0;
  let isStopped = false;
  const told = () => {
    const logprobs = wantsLogprobs ? held : null;
    held = [];
    return { choice, logprobs };
  };
  const shown = (text: string): AnswerPiece[] =>
    text === '' ? [] : [{ kind: 'text', text, ...told() }];
  const pieceOf = (part: AnswerPart): AnswerPiece[] => {
    if (isStopped) return [];
    if (part.kind === 'text') {
      const filtered = filter.push(part.text);
      isStopped = filtered.isStopped;
      return shown(filtered.text);
    }
    const { index } = part;
    if (part.kind === 'arguments')
      return [{ kind: 'arguments', index, text: part.text, ...told() }];
    calls++;
    const id = form.shortIds ? newId('call').slice(-9) : newId('call');
    // What was held back was no stop text.
    return [...shown(filter.end()), { kind: 'call', index, id, name: part.name, ...told() }];
  };
  const asker = { urgency, project, signal, onRead };
  for await (const token of engine.generate(model.engine, settings, asker)) {
    count++;
    const { text, logprob } = await answer.push(token, wantsLogprobs);
    if (logprob !== null) held.push(logprob);
    yield* reader.push(text).flatMap(pieceOf);
    if (isStopped) break;
  }
  if (!isStopped) {
    const last = [...reader.push(await answer.end()), ...reader.end()];
    yield* last.flatMap(pieceOf);
    if (!isStopped) yield* shown(filter.end());
    if (held.length > 0) yield { kind: 'text', text: '', ...told() };
  }
  const isFull = count >= settings.maxTokens && !isStopped;
  yield { kind: 'finish', choice, reason: isFull ? 'length' : calls > 0 ? 'tool_calls' : 'stop' };
  return count;
}
