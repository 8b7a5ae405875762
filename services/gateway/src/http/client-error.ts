import type { Duplex } from 'node:stream';
import { LatheError } from '@lathe/contracts/error';
import { newId } from '@lathe/contracts/id';
import { failureOf } from './failure.ts';
import { securityHeaders } from './http.ts';

/** What Node's HTTP parser refuses, by its code; anything else is a malformed request. */
const known: Record<string, { status: string; message: string }> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    message: 'The request headers are too large.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    message: 'The request took too long to arrive.',
  },
};

/** Answers what never became a request with the same error envelope as everything else. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, message } = known[error.code ?? ''] ?? {
    status: '400 Bad Request',
    message: 'The request is not valid HTTP.',
  };
  answerOnSocket(socket, status, new LatheError('invalid_value', message));
}

/** Writes an answer where there is no response to write it to, and closes the connection. */
export function answerOnSocket(socket: Duplex, status: string, error: LatheError): void {
  const { body, headers } = refusalOf(error);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status}`, ...lines, 'connection: close', '', body].join('\r\n'));
}

/** The envelope and headers of a refusal that no route made. */
export function refusalOf(error: LatheError): { body: string; headers: Record<string, string> } {
  const body = JSON.stringify(failureOf(error).body);
  return {
    body,
    headers: {
      ...securityHeaders,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'x-request-id': newId('request'),
    },
  };
}
