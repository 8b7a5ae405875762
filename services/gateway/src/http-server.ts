import { createServer, type Server, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { LatheError } from '@lathe/contracts/error';
import type { createApp } from './app.ts';
import { answerClientError, answerOnSocket, refusalOf } from './http/client-error.ts';
import type { GatewaySettings } from './settings.ts';

type Times = Pick<GatewaySettings, 'requestTimeoutMs' | 'headersTimeoutMs'>;

/**
 * The app as an HTTP server. What Node or the adapter would refuse by themselves, with an empty answer or none, gets the
 * error envelope and a request id like everything else.
 */
export function createGatewayServer(
  { fetch }: Pick<ReturnType<typeof createApp>, 'fetch'>,
  { requestTimeoutMs: requestTimeout, headersTimeoutMs: headersTimeout }: Times,
): Server {
  const listener = getRequestListener(fetch, { errorHandler: (error) => refuseRequest(error) });
  // A request without a Host is refused by the listener, which cannot name what it is for.
  const options = { requestTimeout, headersTimeout, requireHostHeader: false };
  const server = createServer(options, (request, response) => void listener(request, response));
  server.on('clientError', answerClientError);
  server.on('checkExpectation', (request, response: ServerResponse) => {
    const what = `This service meets no expectation but 100-continue, not '${request.headers.expect}'.`;
    const { body, headers } = refusalOf(new LatheError('invalid_value', what));
    // The body that was announced may follow or not.
    response.writeHead(417, { ...headers, connection: 'close' }).end(body);
  });
  server.on('connect', (_request, socket) => {
    const what = 'This service is no proxy and does not take CONNECT.';
    answerOnSocket(socket, '405 Method Not Allowed', new LatheError('method_not_allowed', what));
  });
  return server;
}

/** The answer to a request from whose head no address could be made: there is none to look for a route with. */
function refuseRequest(error: unknown): Response {
  const reason = error instanceof Error ? error.message : String(error);
  const what = `The request names no valid address: ${reason}.`;
  const { body, headers } = refusalOf(new LatheError('invalid_value', what, { cause: error }));
  return new Response(body, { status: 400, headers });
}
