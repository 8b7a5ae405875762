import type { Client } from 'minio';
import { ArtifactError, type ByteRange } from './port.ts';
import type { BucketPlace } from './s3-bucket.ts';
import { artifactError, isMissing, isOutOfRange, withRetries } from './s3-error.ts';

type ObjectName = {
  readonly key: string;
  /** Its name in the bucket. */
  readonly name: string;
};

type Body = Awaited<ReturnType<Client['getPartialObject']>>;

/**
 * The bytes of an object. A connection that breaks on the way is taken up again where it broke, as long as
 * the object is still the same; otherwise the read fails with `damaged`.
 */
export async function* readObject(
  place: BucketPlace,
  object: ObjectName,
  { start = 0, end }: ByteRange,
): AsyncGenerator<Uint8Array> {
  const { retries } = place;
  if (end !== undefined && end <= start) return refuseMissing(place, object);
  let position = start;
  let etag: string | undefined;
  let failures = 0;
  while (end === undefined || position < end) {
    const body = await open(place, object, { position, end, isFirst: etag === undefined });
    if (body === null) return;
    const found = etagOf(body);
    etag ??= found;
    // The client cannot ask for one version of an object only: it sends no If-Match.
    if (found !== etag) {
      body.destroy();
      throw replaced(object);
    }
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        position += chunk.length;
        failures = 0;
        yield chunk;
      }
      return;
    } catch (error) {
      failures++;
      if (failures >= retries.attempts || etag === undefined)
        throw artifactError(error, 'give the rest of an object');
    }
  }
}

type Piece = {
  readonly position: number;
  readonly end: number | undefined;
  /** Whether nothing was read yet. */
  readonly isFirst: boolean;
};

/** The answer's body, or null when the object ends before `position`. */
async function open(
  { client, bucket, retries }: BucketPlace,
  object: ObjectName,
  { position, end, isFirst }: Piece,
): Promise<Body | null> {
  const length = end === undefined ? 0 : end - position;
  try {
    return await withRetries(retries, 'give an object', () =>
      client.getPartialObject(bucket, object.name, position, length),
    );
  } catch (error) {
    if (isMissing(error)) throw missing(object, error);
    if (!isOutOfRange(error)) throw error;
    // It was longer when the read began.
    if (!isFirst) throw replaced(object);
    return null;
  }
}

async function refuseMissing(place: BucketPlace, object: ObjectName): Promise<void> {
  const { client, bucket, retries } = place;
  try {
    await withRetries(retries, 'describe an object', () => client.statObject(bucket, object.name));
  } catch (error) {
    throw isMissing(error) ? missing(object, error) : error;
  }
}

function missing({ key }: ObjectName, cause: unknown): ArtifactError {
  return new ArtifactError('not_found', `no artifact ${key} exists`, { cause });
}

function replaced({ key }: ObjectName): ArtifactError {
  return new ArtifactError('damaged', `artifact ${key} was replaced while it was read`);
}

function etagOf(body: object): string | undefined {
  const { headers } = body as { headers?: { etag?: string } };
  return headers?.etag;
}
