import type { Client } from 'minio';
import { ArtifactError } from './port.ts';
import { artifactError, codeOf, type RetryPolicy, withRetries } from './s3-error.ts';

/** A folder of a bucket, and how to reach it. */
export type BucketPlace = {
  readonly client: Client;
  readonly bucket: string;
  /** What the names of all our objects begin with: empty, or a folder with its slash. */
  readonly root: string;
  readonly retries: RetryPolicy;
};

/** An upload that was begun so long ago belongs to a process that is gone. */
const abandonedMs = 24 * 3_600_000;

/** Makes the bucket when it is missing. Throws an ArtifactError when that cannot be done. */
export async function makeBucket(place: BucketPlace, region: string): Promise<void> {
  const { client, bucket, retries } = place;
  await withRetries(retries, 'answer', async () => {
    if (await client.bucketExists(bucket)) return;
    await client.makeBucket(bucket, region).catch((error: unknown) => {
      const code = codeOf(error);
      // Another service of this platform was faster.
      if (code === 'BucketAlreadyOwnedByYou' || code === 'BucketAlreadyExists') return;
      if (code === 'AccessDenied')
        throw new ArtifactError(
          'denied',
          `the bucket ${bucket} of LATHE_ARTIFACTS does not exist, and LATHE_S3_ACCESS_KEY may not make it`,
          { cause: error },
        );
      throw error;
    });
  });
}

/**
 * Aborts uploads that killed processes left open: they take room and nobody sees them. A key that may not
 * list them leaves that to the server's own rules.
 */
export async function abortAbandoned(place: BucketPlace, nowMs: number): Promise<void> {
  const { client, bucket, root, retries } = place;
  const sweep = async (): Promise<void> => {
    // Not with our folder as the prefix: MinIO lists either every open upload or those of one whole name.
    for await (const found of client.listIncompleteUploads(bucket, '', true)) {
      const { key, uploadId, initiated } = found as {
        key: string;
        uploadId: string;
        initiated: Date | string;
      };
      const age = nowMs - new Date(initiated).getTime();
      if (key.startsWith(root) && age > abandonedMs)
        await client.abortMultipartUpload(bucket, key, uploadId);
    }
  };
  await withRetries(retries, 'list open uploads', sweep).catch((error: unknown) => {
    const known = artifactError(error, 'list open uploads');
    if (!(known instanceof ArtifactError && known.problem === 'denied')) throw error;
  });
}
