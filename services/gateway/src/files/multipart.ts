import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyFileStream, type BusboyHeaders } from '@fastify/busboy';
import { LatheError } from '@lathe/contracts/error';
import { sizeText } from '@lathe/contracts/words/size';

/** What a form with one file holds, once it has arrived whole. */
export type Form<Stored> = {
  readonly fields: ReadonlyMap<string, string>;
  readonly file: { readonly filename: string; readonly stored: Stored };
};

export type FormLimits = {
  readonly maxFileBytes: number;
  readonly uploadIdleMs: number;
  /** What the field with the bytes is called; `file` unless said otherwise. */
  readonly field?: 'file' | 'data';
};

const fieldLimits = { fields: 16, fieldSize: 1024, files: 1, parts: 17, headerPairs: 32 };

/**
 * Reads a multipart form with one file from the raw request and hands the file's bytes to `store`
 * as they arrive: nothing is held whole, and no length need be declared. When the form is bad, too
 * large, stalls or the client leaves, the stream given to `store` fails, unless it has ended: then the
 * caller has to undo what was stored. Throws what went wrong first.
 */
export async function readForm<Stored>(
  incoming: IncomingMessage,
  limits: FormLimits,
  store: (bytes: Readable) => Promise<Stored>,
): Promise<Form<Stored>> {
  const { field = 'file' } = limits;
  const what = field === 'file' ? 'file' : 'part';
  const tooLarge = () =>
    new LatheError(
      'file_too_large',
      `The ${what} is larger than ${sizeText(limits.maxFileBytes)}.`,
      { param: field },
    );
  const parser = openParser(incoming, limits);
  const fields = new Map<string, string>();
  let part: { filename: string; stream: BusboyFileStream; stored: Promise<Stored> } | undefined;
  const ended = Promise.withResolvers<void>();

  let hasFailed = false;
  const fail = (error: Error) => {
    hasFailed = true;
    ended.reject(error);
    incoming.unpipe(parser);
    part?.stream.destroy(error);
  };
  parser.on('field', (name, value, nameCut, valueCut) => {
    if (nameCut || valueCut)
      fail(new LatheError('invalid_value', `The form field '${name}' is too long.`));
    fields.set(name, value);
  });
  parser.on('file', (name, stream, filename) => {
    stream.on('error', (cause) =>
      ended.reject(cause instanceof LatheError ? cause : malformed('it ends early', cause)),
    );
    if (name !== field) fail(unsupported(name));
    // What was parsed in the same chunk still arrives after a failure.
    if (hasFailed) return void stream.resume();
    stream.once('limit', () => fail(tooLarge()));
    const stored = store(stream);
    // Whoever answers tells a store that is away from one that broke.
    stored.catch(fail);
    // The parser's types do not say that a part may have no name, or an empty one.
    part = { filename: filename ?? '', stream, stored };
  });
  parser.on('filesLimit', () => fail(malformed('it holds more than one file')));
  parser.on('fieldsLimit', () => fail(malformed('it holds too many fields')));
  parser.on('partsLimit', () => fail(malformed('it holds too many parts')));
  parser.on('error', (cause) => fail(malformed('it ends early or is garbled', cause)));
  parser.on('finish', () => ended.resolve());
  const left = () => {
    if (!incoming.complete) fail(new LatheError('cancelled', 'The client left during the upload.'));
  };
  const idle = () =>
    fail(new LatheError('timeout', `The upload sent nothing for ${limits.uploadIdleMs} ms.`));
  // It has sent everything: how long the store may take is the store's affair, and Node would cut the connection off.
  const sent = () => void incoming.setTimeout(0);
  incoming.once('close', left);
  incoming.once('end', sent);
  incoming.setTimeout(limits.uploadIdleMs, idle);
  try {
    if (Number(incoming.headers['content-length'] ?? 0) > limits.maxFileBytes + formOverheadBytes)
      throw tooLarge();
    incoming.pipe(parser);
    await ended.promise;
    if (part === undefined)
      throw new LatheError('missing_parameter', `Missing required parameter: '${field}'.`, {
        param: field,
      });
    return { fields, file: { filename: part.filename, stored: await part.stored } };
  } catch (error) {
    // The store undoes its half-written object before the request is answered.
    await part?.stored.catch(() => undefined);
    throw error;
  } finally {
    incoming.off('close', left);
    incoming.off('end', sent);
    incoming.setTimeout(0);
  }
}

/** Boundaries, part headers and the other fields beside a file of the largest size. */
const formOverheadBytes = 64 * 1024;

function openParser(incoming: IncomingMessage, limits: FormLimits) {
  const headers = incoming.headers as BusboyHeaders;
  if (!/^multipart\/form-data\s*;/i.test(headers['content-type'] ?? ''))
    throw new LatheError(
      'invalid_value',
      'A file is uploaded as multipart/form-data with the fields file and purpose.',
    );
  try {
    return Busboy({ headers, limits: { ...fieldLimits, fileSize: limits.maxFileBytes } });
  } catch (cause) {
    throw malformed('its content type names no boundary', cause);
  }
}

function malformed(reason: string, cause?: unknown): LatheError {
  return new LatheError('invalid_value', `The multipart form cannot be read: ${reason}.`, {
    cause,
  });
}

function unsupported(name: string): LatheError {
  return new LatheError('unsupported_parameter', `Unsupported parameter: '${name}'.`, {
    param: name,
  });
}
