import http from 'node:http';
import https from 'node:https';
import { Client } from 'minio';
import {
  ArtifactError,
  type ArtifactStore,
  type ByteRange,
  keyParts,
  type ObjectStat,
} from './port.ts';
import {
  artifactError,
  isMissing,
  isOutOfRange,
  type RetryPolicy,
  withRetries,
} from './s3-error.ts';
import { s3Transport } from './s3-transport.ts';
import { upload } from './s3-upload.ts';

export type S3Settings = {
  /** `http://host:port` or `https://host`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Folder inside the bucket, without slashes around it; empty: the whole bucket. */
  readonly prefix: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
  /** Bytes of one part, held in memory; at least 5 MiB. */
  readonly partBytes: number;
  /** Silence after which a request fails. */
  readonly timeoutMs: number;
  readonly attempts: number;
};

const deletedAtOnce = 1000;
const sockets = 64;
/** An upload that was begun so long ago belongs to a process that is gone. */
const abandonedMs = 24 * 3_600_000;

type Place = {
  readonly client: Client;
  readonly bucket: string;
  readonly root: string;
  readonly retries: RetryPolicy;
};

/**
 * Artifacts in a bucket of an S3 server, which is made when it is missing. Throws an ArtifactError when the
 * server cannot be reached or refuses the key.
 */
export async function openS3Store(settings: S3Settings): Promise<ArtifactStore> {
  const { bucket, prefix, partBytes } = settings;
  const client = connect(settings);
  const retries = { attempts: settings.attempts, firstMs: 200, longestMs: 5000 };
  const root = prefix === '' ? '' : `${prefix}/`;
  const place: Place = { client, bucket, root, retries };
  await makeBucket(place, settings.region);
  await abortAbandoned(place);
  const nameOf = (key: string): string => root + keyParts(key).join('/');
  return {
    put: (key, source, options = {}) =>
      upload({ client, bucket, name: nameOf(key), partBytes, retries }, source, options),
    get: (key, range = {}) => read(place, { key, name: nameOf(key) }, range),
    stat: async (key) => {
      const name = nameOf(key);
      return withRetries(retries, 'describe an object', async () => {
        try {
          const { size, lastModified } = await client.statObject(bucket, name);
          return { key, bytes: size, modifiedMs: lastModified.getTime() };
        } catch (error) {
          if (isMissing(error)) return null;
          throw error;
        }
      });
    },
    list: (prefix) => list(place, prefix),
    delete: async (key) => {
      const name = nameOf(key);
      await withRetries(retries, 'delete an object', () => client.removeObject(bucket, name));
    },
    deletePrefix: async (folder) => {
      keyParts(folder.replace(/\/$/, ''));
      let names: string[] = [];
      const remove = async (): Promise<void> => {
        if (names.length > 0) await removeAll(place, names);
        names = [];
      };
      for await (const { key } of list(place, folder)) {
        names.push(root + key);
        if (names.length === deletedAtOnce) await remove();
      }
      await remove();
    },
    presign: async (key, lifetimeSeconds) =>
      client.presignedGetObject(bucket, nameOf(key), lifetimeSeconds),
  };
}

function connect(settings: S3Settings): Client {
  const { protocol, hostname, port } = new URL(settings.endpoint);
  const secure = protocol === 'https:';
  const agent = secure ? https.Agent : http.Agent;
  return new Client({
    endPoint: hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    useSSL: secure,
    accessKey: settings.accessKey,
    secretKey: settings.secretKey,
    region: settings.region,
    partSize: settings.partBytes,
    pathStyle: true,
    transport: s3Transport(secure, settings.timeoutMs),
    transportAgent: new agent({ keepAlive: true, maxSockets: sockets }),
    // It retries once and loses the reason; withRetries does better.
    retryOptions: { disableRetry: true },
  });
}

async function makeBucket({ client, bucket, retries }: Place, region: string): Promise<void> {
  await withRetries(retries, 'answer', async () => {
    if (await client.bucketExists(bucket)) return;
    await client.makeBucket(bucket, region).catch((error: unknown) => {
      const { code } = error as { code?: string };
      // Another service of this platform was faster.
      if (code !== 'BucketAlreadyOwnedByYou' && code !== 'BucketAlreadyExists') throw error;
    });
  });
}

/** Aborts uploads that killed processes left open: they take room and nobody sees them. */
async function abortAbandoned({ client, bucket, root, retries }: Place): Promise<void> {
  await withRetries(retries, 'list open uploads', async () => {
    for await (const found of client.listIncompleteUploads(bucket, root, true)) {
      const { key, uploadId, initiated } = found as {
        key: string;
        uploadId: string;
        initiated: Date | string;
      };
      if (Date.now() - new Date(initiated).getTime() > abandonedMs)
        await client.abortMultipartUpload(bucket, key, uploadId);
    }
  });
}

/**
 * The bytes of an object. A connection that breaks on the way is taken up again where it broke, as long as
 * the object is still the same; otherwise the read fails.
 */
async function* read(
  { client, bucket, retries }: Place,
  { key, name }: { readonly key: string; readonly name: string },
  { start = 0, end }: ByteRange,
): AsyncGenerator<Uint8Array> {
  let position = start;
  let etag: string | undefined;
  const open = (): ReturnType<Client['getPartialObject']> =>
    withRetries(retries, 'give an object', () =>
      client.getPartialObject(bucket, name, position, end === undefined ? 0 : end - position, {
        ...(etag === undefined ? {} : { matchETag: etag }),
      } as object),
    );
  if (end !== undefined && end <= start) {
    await withRetries(retries, 'describe an object', () => client.statObject(bucket, name)).catch(
      (error: unknown) => refuseRead(error, key),
    );
    return;
  }
  for (let failures = 0; ; ) {
    let stream: Awaited<ReturnType<typeof open>>;
    try {
      stream = await open();
    } catch (error) {
      if (isOutOfRange(error)) return;
      throw refuseRead(error, key);
    }
    etag ??= etagOf(stream);
    try {
      for await (const chunk of stream) {
        position += (chunk as Buffer).length;
        failures = 0;
        yield chunk as Buffer;
      }
      return;
    } catch (error) {
      failures++;
      if (failures >= retries.attempts || etag === undefined)
        throw artifactError(error, 'give the rest of an object');
    }
  }
}

function refuseRead(error: unknown, key: string): never {
  if (isMissing(error))
    throw new ArtifactError('not_found', `no artifact ${key} exists`, { cause: error });
  const { code } = (error ?? {}) as { code?: unknown };
  if (code === 'PreconditionFailed')
    throw new ArtifactError('damaged', `artifact ${key} was replaced while it was read`, {
      cause: error,
    });
  throw error;
}

function etagOf(stream: object): string | undefined {
  const { headers } = stream as { headers?: { etag?: string } };
  return headers?.etag?.replaceAll('"', '');
}

/** Lists a folder; a listing that breaks goes on behind the last name that was seen. */
async function* list({ client, bucket, root, retries }: Place, prefix: string) {
  const folder = prefix.replace(/\/$/, '');
  const parts = folder === '' ? [] : keyParts(folder);
  const inside = parts.length === 0 ? root : `${root}${parts.join('/')}/`;
  let last = '';
  let token = '';
  for (;;) {
    const page = await withRetries(retries, 'list objects', () =>
      client.listObjectsV2Query(bucket, inside, token, '', deletedAtOnce, last),
    );
    for (const { name, size = 0, lastModified } of page.objects) {
      if (name === undefined) continue;
      last = name;
      yield {
        key: name.slice(root.length),
        bytes: size,
        modifiedMs: lastModified?.getTime() ?? 0,
      } satisfies ObjectStat;
    }
    if (!page.isTruncated || page.nextContinuationToken === '') return;
    token = page.nextContinuationToken;
  }
}

async function removeAll(
  { client, bucket, retries }: Place,
  names: readonly string[],
): Promise<void> {
  await withRetries(retries, 'delete objects', async () => {
    const answers = await client.removeObjects(bucket, [...names]);
    const failed = answers.find((answer) => answer?.Error !== undefined)?.Error;
    if (failed !== undefined)
      throw Object.assign(new Error(failed.Message ?? 'an object could not be deleted'), {
        code: failed.Code,
      });
  });
}
