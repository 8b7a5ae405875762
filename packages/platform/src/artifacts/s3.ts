import http from 'node:http';
import https from 'node:https';
import { Client } from 'minio';
import { ArtifactError, type ArtifactStore, keyParts, type ObjectStat } from './port.ts';
import { abortAbandoned, type BucketPlace, makeBucket } from './s3-bucket.ts';
import { isMissing, withRetries } from './s3-error.ts';
import { readObject } from './s3-read.ts';
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

/**
 * Artifacts in a bucket of an S3 server, which is made when it is missing. Throws an ArtifactError when the
 * server cannot be reached, or refuses the key or to make the bucket.
 */
export async function openS3Store(
  settings: S3Settings,
  now: () => number = Date.now,
): Promise<ArtifactStore> {
  const { bucket, prefix, partBytes } = settings;
  const client = connect(settings);
  const retries = { attempts: settings.attempts, firstMs: 200, longestMs: 5000 };
  const root = prefix === '' ? '' : `${prefix}/`;
  const place: BucketPlace = { client, bucket, root, retries };
  await makeBucket(place, settings.region).catch((error: unknown) => {
    if (!(error instanceof ArtifactError && error.problem === 'unavailable')) throw error;
    const fault = `${error.message}: check LATHE_S3_ENDPOINT, which is ${settings.endpoint}`;
    throw new ArtifactError('unavailable', fault, { cause: error });
  });
  await abortAbandoned(place, now());
  const nameOf = (key: string): string => root + keyParts(key).join('/');
  return {
    put: (key, source, options = {}) =>
      upload({ client, bucket, name: nameOf(key), partBytes, retries }, source, options),
    get: (key, range = {}) => readObject(place, { key, name: nameOf(key) }, range),
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

/** Lists a folder, page by page; one that breaks is asked for again. */
async function* list({ client, bucket, root, retries }: BucketPlace, prefix: string) {
  const folder = prefix.replace(/\/$/, '');
  const parts = folder === '' ? [] : keyParts(folder);
  const inside = parts.length === 0 ? root : `${root}${parts.join('/')}/`;
  let token = '';
  for (;;) {
    const page = await withRetries(retries, 'list objects', () =>
      client.listObjectsV2Query(bucket, inside, token, '', deletedAtOnce, ''),
    );
    for (const { name, size = 0, lastModified } of page.objects) {
      if (name === undefined) continue;
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
  { client, bucket, retries }: BucketPlace,
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
