import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** What happens to one request on its way to the server behind the proxy. */
export type Fault =
  /** It never arrives: this is answered instead. */
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  /** It never arrives: the connection breaks. */
  | { readonly kind: 'break' }
  /** It arrives and is carried out, then the connection breaks without an answer. */
  | { readonly kind: 'lose answer' }
  /** The connection breaks after so many bytes of the answer's body, and once `after` has resolved. */
  | {
      readonly kind: 'cut answer';
      readonly bytes: number;
      readonly after?: () => Promise<unknown>;
    };

type ProxiedRequest = { readonly method: string; readonly url: URL };

export type FaultProxy = AsyncDisposable & {
  /** Address that stands in for the server's. */
  readonly url: string;
  /** Decides for each later request what goes wrong with it; undefined: nothing. */
  faults(decide: (request: ProxiedRequest) => Fault | undefined): void;
};

/**
 * An HTTP proxy on a free loopback port in front of `target`, for faults that a healthy server does not have.
 * @example
 * await using proxy = await startFaultProxy('http://127.0.0.1:9000');
 * proxy.faults(({ method }) => (method === 'PUT' ? { kind: 'break' } : undefined));
 */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  let decide: (request: ProxiedRequest) => Fault | undefined = () => undefined;
  const server = createServer((incoming, answer) => {
    const url = new URL(incoming.url ?? '/', target);
    const fault = decide({ method: incoming.method ?? '', url });
    // A broken connection is what these tests are about.
    handle(incoming, answer, target, fault).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    faults: (next) => {
      decide = next;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function handle(
  incoming: IncomingMessage,
  answer: ServerResponse,
  target: string,
  fault: Fault | undefined,
): Promise<void> {
  if (fault?.kind === 'break') return void incoming.socket.destroy();
  if (fault?.kind === 'answer') {
    await incoming.resume().toArray();
    answer.writeHead(fault.status, { 'content-type': 'application/xml' });
    return void answer.end(fault.body);
  }
  const { hostname, port } = new URL(target);
  // The headers go on as they are: signatures cover the host that the client named.
  const { method, headers, url: path } = incoming;
  // A connection of its own for each request, so that faults of one do not reach another.
  const outgoing = request({ method, headers, path, hostname, port, agent: false });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve).once('error', reject);
  });
  await Promise.all([pipeline(incoming, outgoing), answered]);
  const response = await answered;
  if (fault?.kind === 'lose answer') {
    await response.resume().toArray();
    return void incoming.socket.destroy();
  }
  answer.writeHead(response.statusCode ?? 502, response.headers);
  if (fault?.kind !== 'cut answer') return pipeline(response, answer);
  let sent = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const piece = chunk.subarray(0, fault.bytes - sent);
    sent += piece.length;
    // Waits until it has left.
    await new Promise((resolve) => answer.write(piece, resolve));
    if (sent === fault.bytes) break;
  }
  await fault.after?.();
  incoming.socket.destroy();
}
