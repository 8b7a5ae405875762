import type { TestMinio } from '@lathe/testkit/minio';
import { Client } from 'minio';
import { readConfig } from '../config/config.ts';
import { openArtifacts } from './open.ts';
import type { ArtifactStore } from './port.ts';

/** Inside its bucket, so that tests see what lies beside it. */
export const storeFolder = 'some/folder';
/** The smallest parts, so that small objects take several. */
export const smallParts = { LATHE_S3_PART_SIZE: '5MiB' };

let buckets = 0;

/** The name of a bucket that no test of this process has. */
export function newBucket(): string {
  return `test-${++buckets}`;
}

/** A store in a bucket, which is made when it is missing; `more` are further environment variables. */
export function openS3(
  server: TestMinio,
  bucket: string,
  more: Readonly<Record<string, string>> = {},
): Promise<ArtifactStore> {
  return openArtifacts(readConfig({ ...server.environment(`${bucket}/${storeFolder}`), ...more }));
}

/** A client that sees what the store does not show. */
export function clientOf({ endpoint, accessKey, secretKey }: TestMinio): Client {
  const { hostname: endPoint, port } = new URL(endpoint);
  return new Client({ endPoint, port: Number(port), useSSL: false, accessKey, secretKey });
}

/** Names of the uploads that are begun in a bucket, and neither complete nor aborted. */
export async function openUploads(server: TestMinio, bucket: string): Promise<string[]> {
  // MinIO lists every one of them only without a prefix.
  const found = await Array.fromAsync(clientOf(server).listIncompleteUploads(bucket, '', true));
  return found.map((upload) => (upload as { key: string }).key);
}

/** So many pieces of one MiB, filled with their number. */
export async function* mebibytes(count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index++) yield new Uint8Array(2 ** 20).fill(index);
}
