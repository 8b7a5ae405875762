import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came: its JSON, its path and its headers. */
export type ServerRequest = Pick<IncomingMessage, 'url' | 'headers'> & { readonly json: unknown };

/** What is answered: a status, its headers and a text. */
export type ServerReply = {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** For tests: a server on this machine that is asked as OpenAI's is, answers as it is told, and remembers what it was asked. */
export async function startModelServer(
  answer: (request: ServerRequest, before: number) => ServerReply,
) {
  const asked: ServerRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { url, headers } = incoming;
      const json: unknown = JSON.parse(Buffer.concat(chunks).toString());
      const request = { url, headers, json };
      const { status, body, headers: own = {} } = answer(request, asked.length);
      asked.push(request);
      response.writeHead(status, own).end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    asked,
    /** Its base URL. */
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * For tests: the body of a chat completion.
 * @example completionBody({ content: 'yes' }, { prompt_tokens: 3, completion_tokens: 1 });
 */
export function completionBody(message: object, usage?: object): string {
  return JSON.stringify({
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', ...message } }],
    ...(usage && { usage }),
  });
}
