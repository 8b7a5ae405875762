import http from 'node:http';
import https from 'node:https';

/** What an S3 server answered with a status that means: try again. */
export class TransientAnswerError extends Error {
  /** The server's own code, such as SlowDown or XMinioStorageFull. */
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'TransientAnswerError';
    this.code = code;
    this.status = status;
  }
}

/** A request whose server said nothing for too long. */
class SilenceError extends Error {
  readonly code = 'ETIMEDOUT';

  constructor(ms: number) {
    super(`the server said nothing for ${ms} ms`);
    this.name = 'SilenceError';
  }
}

type Transport = Pick<typeof http, 'request'>;

const transientStatus = new Set([408, 429, 499, 500, 502, 503, 504, 520]);
/** More than any error body of an S3 server has. */
const errorBodyBytes = 64 * 1024;

/**
 * The transport that the minio client sends through. It ends requests and answers that are silent for
 * `timeoutMs`, which the client never does, and keeps the server's code of a failed request, which the
 * client would replace by a sentence without one.
 */
export function s3Transport(secure: boolean, timeoutMs: number): Transport {
  const { request } = secure ? https : http;
  const send = (options: http.RequestOptions, respond: (answer: http.IncomingMessage) => void) => {
    const sent = request(options, (answer) => {
      const status = answer.statusCode ?? 0;
      if (!transientStatus.has(status)) return respond(answer);
      readError(answer, status).then(
        (error) => sent.emit('error', error),
        (error: unknown) => sent.emit('error', error),
      );
    });
    sent.setTimeout(timeoutMs, () => sent.destroy(new SilenceError(timeoutMs)));
    return sent;
  };
  return { request: send as typeof http.request };
}

async function readError(
  answer: http.IncomingMessage,
  status: number,
): Promise<TransientAnswerError> {
  let body = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    body += chunk;
    if (body.length > errorBodyBytes) break;
  }
  const field = (name: string): string | undefined =>
    new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
  const code = field('Code') ?? `HTTP ${status}`;
  return new TransientAnswerError(status, code, field('Message') ?? `HTTP status ${status}`);
}
