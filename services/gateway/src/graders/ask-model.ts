import { LatheError } from '@lathe/contracts/error';
import type { QuestionAnswer } from '@lathe/graders/finish';
import type { Question } from '@lathe/graders/question';
import type { Bodies } from '../bodies/bodies.ts';
import { type ChatAsker, type ChatPorts, completeChat } from '../chat/chat.ts';
import { vectorsOf } from '../chat/embeddings.ts';
import { score } from '../chat/predictions.ts';
import { getModel } from '../models/models.ts';

export type AskPorts = ChatPorts & { readonly bodies: Bodies };

/** An answer with the tokens that it took. */
export type Asked = { readonly answer: QuestionAnswer; readonly tokens: number };

/**
 * Asks a model of the project what a grader wants to know: a chat, vectors, or, of a reward model, its score of the last
 * message after those before. What the model or its door refuses is a failure of the question. Throws when the client left.
 */
export async function askModel(
  ports: AskPorts,
  asker: ChatAsker,
  question: Question,
): Promise<Asked> {
  try {
    if (question.kind === 'vectors') return await askVectors(ports, asker, question);
    const { task } = await getModel(ports, asker.project, question.model);
    if (question.kind === 'chat' && task?.type === 'reward')
      return await askReward(ports, asker, question);
    if (question.kind === 'pair') {
      const [first, last] = question.bodies;
      const one = await askChat(ports, asker, first);
      const other = await askChat(ports, asker, last);
      return { answer: { texts: [one.text, other.text] }, tokens: one.tokens + other.tokens };
    }
    const { text, tokens } = await askChat(ports, asker, question.body);
    return { answer: { text }, tokens };
  } catch (error) {
    asker.signal.throwIfAborted();
    if (!(error instanceof LatheError) || error.code === 'internal_error') throw error;
    return { answer: { failure: error.message }, tokens: 0 };
  }
}

async function askChat(
  ports: AskPorts,
  asker: ChatAsker,
  body: object,
): Promise<{ readonly text: string; readonly tokens: number }> {
  const request = await ports.bodies.read({ kind: 'chat', ...bodyOf(body, asker) }, asker.signal);
  const { choices, usage } = await completeChat(ports, asker, request);
  return { text: choices[0]?.message.content ?? '', tokens: usage.total_tokens };
}

async function askVectors(
  ports: AskPorts,
  asker: ChatAsker,
  { model, texts }: Question & { kind: 'vectors' },
): Promise<Asked> {
  const body = bodyOf({ model, input: texts }, asker);
  const request = await ports.bodies.read({ kind: 'embedding', ...body }, asker.signal);
  const { vectors, promptTokens } = await vectorsOf(ports, asker, request);
  const [one = [], other = []] = vectors;
  return { answer: { vectors: [one, other] }, tokens: promptTokens };
}

type Messages = readonly { readonly content: string }[];

async function askReward(
  ports: AskPorts,
  asker: ChatAsker,
  { model, body }: Question & { kind: 'chat' },
): Promise<Asked> {
  const texts = (body.messages as Messages).map(({ content }) => content);
  const last = texts.pop() ?? '';
  const asked = texts.length === 0 ? { text_1: last } : { text_1: texts.join('\n'), text_2: last };
  const { signal } = asker;
  const request = await ports.bodies.read(
    { kind: 'score', ...bodyOf({ model, ...asked }, asker) },
    signal,
  );
  const { data, usage } = await score(ports, asker, request);
  return { answer: { score: data[0]?.score ?? Number.NaN }, tokens: usage.total_tokens };
}

function bodyOf(body: object, { project, requestId }: ChatAsker) {
  const bytes = Uint8Array.from(Buffer.from(JSON.stringify(body)));
  return { bytes, project, requestId };
}
