import { createInbox, type Msg, NoRespondersError, TimeoutError } from '@nats-io/nats-core';
import type { Nats } from './connection.ts';

/** A message of a stream as the server stored it. */
export type StoredMessage = {
  readonly subject: string;
  readonly sequence: number;
  readonly header: (name: string) => string;
  readonly data: Uint8Array;
};

/** Messages asked for at once; the server may send fewer. */
const pageSize = 1000;

/**
 * Every message of a stream under a subject (wildcards allowed), oldest first. They are read by direct batch
 * gets (ADR-31 of NATS): one request for many messages. A consumer for each reading, as the key-value client
 * makes it, costs the server ten times as much and stays there for minutes. The stream must allow direct gets. `first`
 * is the sequence to begin with.
 */
export async function* readSubject(
  nats: Pick<Nats, 'connection' | 'requestTimeoutMs'>,
  stream: string,
  subject: string,
  first = 1,
): AsyncGenerator<StoredMessage> {
  for (let from = first, left = 1; left > 0; ) {
    const page = await readPage(nats, stream, { seq: from, next_by_subj: subject });
    yield* page.messages;
    from = (page.messages.at(-1)?.sequence ?? 0) + 1;
    left = page.messages.length === 0 ? 0 : page.left;
  }
}

async function readPage(
  { connection, requestTimeoutMs }: Pick<Nats, 'connection' | 'requestTimeoutMs'>,
  stream: string,
  query: { readonly seq: number; readonly next_by_subj: string },
): Promise<{ messages: StoredMessage[]; left: number }> {
  const inbox = createInbox();
  const asked = `$JS.API.DIRECT.GET.${stream}`;
  const answers = connection.subscribe(inbox);
  const timer = setTimeout(() => answers.unsubscribe(), requestTimeoutMs);
  const messages: StoredMessage[] = [];
  try {
    const request = JSON.stringify({ ...query, batch: pageSize });
    connection.publish(asked, request, { reply: inbox });
    for await (const answer of answers) {
      const code = answer.headers?.code ?? 0;
      if (code === 0) {
        messages.push(stored(answer));
        // Before 2.11 a server knows no batches: it answers with one message, and does not say how many are left.
        if (headerOf(answer, 'Nats-Num-Pending') === '') return { messages, left: 1 };
      } else if (code === 204)
        return { messages, left: Number(headerOf(answer, 'Nats-Num-Pending')) };
      else if (code === 404) return { messages, left: 0 };
      else if (code === 503) throw new NoRespondersError(asked);
      else throw new Error(`nats-server refused to read ${stream}: ${answer.headers?.description}`);
    }
    throw new TimeoutError();
  } finally {
    clearTimeout(timer);
    answers.unsubscribe();
  }
}

function stored(answer: Msg): StoredMessage {
  return {
    subject: headerOf(answer, 'Nats-Subject'),
    sequence: Number(headerOf(answer, 'Nats-Sequence')),
    header: (name) => headerOf(answer, name),
    data: answer.data,
  };
}

function headerOf(answer: Msg, name: string): string {
  return answer.headers?.last(name) ?? '';
}
