import { createHash } from 'node:crypto';
import type { Client } from 'minio';
import { ArtifactError, type ByteSource, type PutOptions, type PutResult } from './port.ts';
import { isUnknownUpload, type RetryPolicy, withRetries } from './s3-error.ts';

export type UploadPlace = {
  readonly client: Client;
  readonly bucket: string;
  readonly name: string;
  readonly partBytes: number;
  readonly retries: RetryPolicy;
};

type Part = { readonly part: number; readonly etag: string };

/**
 * Stores a source of any length. One that fits a part is a single request; a longer one is a multipart
 * upload of its own, whose parts are gathered here: the client never sees the source, for a failing stream
 * would hang it. Nothing is visible before the upload is complete, and one that fails is aborted.
 */
export async function upload(
  place: UploadPlace,
  source: ByteSource,
  { maxBytes = Infinity }: PutOptions,
): Promise<PutResult> {
  const { client, bucket, name, retries } = place;
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source instanceof Uint8Array ? [source] : source) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes)
        throw new ArtifactError('too_large', `the object is larger than ${maxBytes} bytes`);
      hash.update(chunk);
      yield chunk;
    }
  };
  const parts = inParts(counted(), place.partBytes);
  const first = await parts.next();
  const only = first.done ? Buffer.alloc(0) : first.value;
  const second = first.done || only.length < place.partBytes ? undefined : await parts.next();
  if (second === undefined || second.done) {
    await withRetries(retries, 'take an object', () =>
      client.putObject(bucket, name, only, only.length),
    );
  } else {
    await uploadParts(place, only, second.value, parts);
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function uploadParts(
  place: UploadPlace,
  first: Buffer,
  second: Buffer,
  rest: AsyncGenerator<Buffer>,
): Promise<void> {
  const { client, bucket, name, retries } = place;
  const uploadID = await withRetries(retries, 'begin an upload', () =>
    client.initiateNewMultipartUpload(bucket, name, {}),
  );
  const done: Part[] = [];
  const send = async (payload: Buffer): Promise<void> => {
    const partNumber = done.length + 1;
    const { etag } = await withRetries(retries, `take part ${partNumber} of an upload`, () =>
      client.uploadPart(
        { bucketName: bucket, objectName: name, uploadID, partNumber, headers: {} },
        payload,
      ),
    );
    done.push({ part: partNumber, etag });
  };
  try {
    await send(first);
    await send(second);
    for await (const part of rest) await send(part);
    await complete(place, uploadID, done);
  } catch (error) {
    await rest.return(undefined);
    // What cannot be aborted now is swept away when a store is opened later.
    await withRetries(retries, 'abort an upload', () =>
      client.abortMultipartUpload(bucket, name, uploadID),
    ).catch(() => undefined);
    throw error;
  }
}

/** Makes the object visible. An answer that got lost is made up for by looking at what is there. */
async function complete(
  { client, bucket, name, retries }: UploadPlace,
  uploadID: string,
  parts: readonly Part[],
): Promise<void> {
  let tries = 0;
  await withRetries(retries, 'complete an upload', async () => {
    tries++;
    try {
      await client.completeMultipartUpload(bucket, name, uploadID, [...parts]);
    } catch (error) {
      if (tries === 1 || !isUnknownUpload(error)) throw error;
      const { etag } = await client.statObject(bucket, name);
      if (etag !== wholeEtag(parts)) throw error;
    }
  });
}

/** The etag of a multipart object: the MD5 of its parts' MD5s, and their number. */
function wholeEtag(parts: readonly Part[]): string {
  const md5 = createHash('md5');
  for (const { etag } of parts) md5.update(Buffer.from(etag, 'hex'));
  return `${md5.digest('hex')}-${parts.length}`;
}

/**
 * The source in pieces of exactly `size` bytes, the last one shorter. Two buffers serve all of them: a piece
 * is good until the one after the next is asked for.
 */
async function* inParts(
  source: AsyncGenerator<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer, undefined> {
  const buffers: Buffer[] = [];
  let turn = 0;
  let filled = 0;
  for await (const chunk of source)
    for (let from = 0; from < chunk.byteLength; ) {
      const buffer = buffers[turn] ?? Buffer.allocUnsafe(size);
      buffers[turn] = buffer;
      const taken = Math.min(size - filled, chunk.byteLength - from);
      buffer.set(chunk.subarray(from, from + taken), filled);
      filled += taken;
      from += taken;
      if (filled === size) {
        yield buffer;
        turn = 1 - turn;
        filled = 0;
      }
    }
  if (filled > 0) yield (buffers[turn] as Buffer).subarray(0, filled);
  return undefined;
}
