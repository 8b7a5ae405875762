import type { Config } from '../config/config.ts';
import { openFileStore } from './file.ts';
import type { ArtifactStore } from './port.ts';

/** The part of the configuration that says where artifacts lie. */
export type ArtifactConfig = Pick<
  Config,
  | 'artifacts'
  | 's3Endpoint'
  | 's3AccessKey'
  | 's3SecretKey'
  | 's3Region'
  | 's3PartBytes'
  | 's3TimeoutMs'
  | 's3Attempts'
>;

/** Opens the artifact store that the configuration names: `file:<absolute folder>` or `s3://<bucket>/<prefix>`. */
export async function openArtifacts(config: ArtifactConfig): Promise<ArtifactStore> {
  if (config.artifacts.startsWith('file:'))
    return openFileStore(config.artifacts.slice('file:'.length));
  // Its client is a fifth of what a service loads, for those that have no bucket.
  const { openS3Store } = await import('./s3.ts');
  const { hostname, pathname } = new URL(config.artifacts);
  return openS3Store({
    endpoint: config.s3Endpoint ?? '',
    bucket: hostname,
    prefix: pathname.replaceAll(/^\/+|\/+$/g, ''),
    accessKey: config.s3AccessKey ?? '',
    secretKey: config.s3SecretKey ?? '',
    region: config.s3Region,
    partBytes: config.s3PartBytes,
    timeoutMs: config.s3TimeoutMs,
    attempts: config.s3Attempts,
  });
}
