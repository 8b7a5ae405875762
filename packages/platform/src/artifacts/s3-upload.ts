import { createHash } from 'node:crypto';
import { sizeText } from '@lathe/contracts/words/size';
import type { Client } from 'minio';
import { ArtifactError, type ByteSource, type PutOptions, type PutResult } from './port.ts';
import { codeOf, isMissing, isUnknownUpload, type RetryPolicy, withRetries } from './s3-error.ts';

export type UploadPlace = {
  readonly client: Client;
  readonly bucket: string;
  readonly name: string;
  readonly partBytes: number;
  readonly retries: RetryPolicy;
};

/** By the rules of S3. */
const mostParts = 10_000;

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
        throw new ArtifactError('too_large', `the object is larger than ${sizeText(maxBytes)}`);
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
  const { client, bucket, name, partBytes, retries } = place;
  let uploadID: string | undefined;
  try {
    const id = await withRetries(retries, 'begin an upload', () =>
      client.initiateNewMultipartUpload(bucket, name, {}),
    );
    uploadID = id;
    const done: Part[] = [];
    const send = async (payload: Buffer): Promise<void> => {
      const partNumber = done.length + 1;
      if (partNumber > mostParts)
        throw new ArtifactError(
          'too_large',
          `the object has more than ${mostParts} parts of ${sizeText(partBytes)}: raise LATHE_S3_PART_SIZE`,
        );
      const { etag } = await withRetries(retries, `take part ${partNumber} of an upload`, () =>
        client.uploadPart(
          { bucketName: bucket, objectName: name, uploadID: id, partNumber, headers: {} },
          payload,
        ),
      );
      done.push({ part: partNumber, etag });
    };
    await send(first);
    await send(second);
    for await (const part of rest) await send(part);
    await complete(place, id, done);
  } catch (error) {
    // Nobody reads the source any further: what it holds can go.
    await rest.return(undefined);
    if (uploadID !== undefined) await abort(place, uploadID);
    throw error;
  }
}

/** What cannot be aborted now is swept away when a store is opened later. */
async function abort({ client, bucket, name, retries }: UploadPlace, id: string): Promise<void> {
  await withRetries(retries, 'abort an upload', () =>
    client.abortMultipartUpload(bucket, name, id),
  ).catch(() => undefined);
}

/**
 * Makes the object visible. What became of it is not always told: the answer may get lost, and after a
 * status of 200 the body may still say that it failed, which the client cannot read. So the object is looked at.
 */
async function complete(
  { client, bucket, name, retries }: UploadPlace,
  uploadID: string,
  parts: readonly Part[],
): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    try {
      return (await client.statObject(bucket, name)).etag === wholeEtag(parts);
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  };
  await withRetries(retries, 'complete an upload', async () => {
    try {
      await client.completeMultipartUpload(bucket, name, uploadID, [...parts]);
    } catch (error) {
      const isUntold = codeOf(error) === '';
      if (!isUntold && !isUnknownUpload(error)) throw error;
      if (await isThere()) return;
      if (!isUntold) throw error;
      throw Object.assign(new Error('the server completed no upload', { cause: error }), {
        code: 'InternalError',
      });
    }
  });
}

/** The etag of a multipart object: the MD5 of its parts' MD5s, and their number. */
function wholeEtag(parts: readonly Part[]): string {
  const md5 = createHash('md5');
  for (const { etag } of parts) md5.update(Buffer.from(etag, 'hex'));
  return `${md5.digest('hex')}-${parts.length}`;
}

/** What the first buffer of a source of unknown length holds; it grows with the source. */
const firstBytes = 64 * 1024;

/**
 * The source in pieces of exactly `size` bytes, the last one shorter. Two buffers serve all of them: a piece
 * is good until the one after the next is asked for. A short source takes little memory: whole parts for
 * many small objects would keep the garbage collector busy.
 */
async function* inParts(
  source: AsyncGenerator<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer, undefined> {
  const buffers: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
  let turn: 0 | 1 = 0;
  let filled = 0;
  for await (const chunk of source)
    for (let from = 0; from < chunk.byteLength; ) {
      const taken = Math.min(size - filled, chunk.byteLength - from);
      const buffer = withRoom(buffers[turn], filled, filled + taken, size);
      buffers[turn] = buffer;
      buffer.set(chunk.subarray(from, from + taken), filled);
      filled += taken;
      from += taken;
      if (filled === size) {
        yield buffer;
        turn = turn === 0 ? 1 : 0;
        filled = 0;
      }
    }
  if (filled > 0) yield buffers[turn].subarray(0, filled);
  return undefined;
}

/** The buffer, or a longer one with the same beginning, that holds `needed` bytes, of `most` at most. */
function withRoom(buffer: Buffer, filled: number, needed: number, most: number): Buffer {
  if (buffer.byteLength >= needed) return buffer;
  const length = Math.max(needed, 2 * buffer.byteLength, firstBytes);
  const longer = Buffer.allocUnsafeSlow(Math.min(most, length));
  longer.set(buffer.subarray(0, filled));
  return longer;
}
