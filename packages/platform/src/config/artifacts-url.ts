import { isAbsolute, join, resolve } from 'node:path';
import { sizeText } from '@lathe/contracts/words/size';
import { variables } from './variables.ts';

/** `file:` with an absolute folder, which by default lies in the data folder, or `s3://<bucket>/<prefix>`. */
export function artifactsUrl(
  value: string | null,
  { dataFolder, workingFolder }: { readonly dataFolder: string; readonly workingFolder: string },
): string {
  if (value === null) return `file:${join(dataFolder, 'artifacts')}`;
  if (value.startsWith('s3:')) {
    if (s3Address.test(value)) return value.replace(/\/+$/, '');
    throw new Error(
      `The environment variable LATHE_ARTIFACTS is "${value}", but must be like s3://bucket or s3://bucket/folder.`,
    );
  }
  if (!value.startsWith('file:'))
    throw new Error(
      `The environment variable LATHE_ARTIFACTS is "${value}", but must begin with file: or s3://.`,
    );
  const folder = value.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
  if (folder === '')
    throw new Error('The environment variable LATHE_ARTIFACTS names no folder after file:.');
  return `file:${isAbsolute(folder) ? folder : resolve(workingFolder, folder)}`;
}

/** A bucket by S3's rules, and a folder of the characters that artifact keys have. */
const s3Address =
  /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/(?!\.{1,2}(\/|$))[A-Za-z0-9._-]+)*\/?$/;
/** S3 takes no smaller part but the last. */
const leastPartBytes = 5 * 2 ** 20;

type S3Values = {
  readonly artifacts: string | null;
  readonly s3Endpoint: string | null;
  readonly s3AccessKey: string | null;
  readonly s3SecretKey: string | null;
  readonly s3PartBytes: number;
};

/** Throws one sentence when an S3 store is configured without what it needs. */
export function checkS3(known: S3Values): void {
  if (known.artifacts?.startsWith('s3:') !== true) return;
  for (const field of ['s3Endpoint', 's3AccessKey', 's3SecretKey'] as const)
    if (known[field] === null)
      throw new Error(
        `The environment variable ${variables[field].name} is missing: LATHE_ARTIFACTS names S3.`,
      );
  const endpoint = URL.parse(known.s3Endpoint ?? '');
  if (endpoint !== null && endpoint.username + endpoint.password !== '')
    throw new Error(
      'The environment variable LATHE_S3_ENDPOINT holds a user name: keys belong in LATHE_S3_ACCESS_KEY and LATHE_S3_SECRET_KEY.',
    );
  if (endpoint === null || !/^https?:$/.test(endpoint.protocol) || endpoint.pathname !== '/')
    throw new Error(
      `The environment variable LATHE_S3_ENDPOINT is "${known.s3Endpoint}", but must be like http://host:9000.`,
    );
  const isLocal = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(endpoint.hostname);
  if (known.s3AccessKey === 'minioadmin' && !isLocal)
    throw new Error(
      "The environment variable LATHE_S3_ACCESS_KEY is MinIO's well-known default: give the server a key of its own.",
    );
  if (known.s3PartBytes < leastPartBytes)
    throw new Error(
      `The environment variable LATHE_S3_PART_SIZE is ${sizeText(known.s3PartBytes)}, but must be at least 5MiB.`,
    );
}
