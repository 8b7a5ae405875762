import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DatasetManifest, ModelText } from '@lathe/contracts/artifact/dataset';
import { LatheError } from '@lathe/contracts/error';
import { getBytes } from '@lathe/platform/artifacts/folder';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { weightsDigest } from '@lathe/platform/model-digest';
import { isTextFile, listTextFiles } from '@lathe/tokenizer/text-files';

/** What a model's artifact says about how texts become its tokens. */
export function modelText({
  tokenizerSha256,
  templateSha256,
  baseSha256,
}: DatasetManifest): ModelText {
  return { tokenizerSha256, templateSha256, ...(baseSha256 !== undefined && { baseSha256 }) };
}

/**
 * Gives a model folder the files that the job's rows became tokens with, whatever its base model has by now: a merged
 * model among its own, an adapter in a folder `tokenizer`.
 */
export async function addTextFiles(
  artifacts: ArtifactStore,
  { text }: DatasetManifest,
  { folder, kind }: { readonly folder: string; readonly kind: 'adapter' | 'merged' },
): Promise<void> {
  if (text === undefined) return;
  const isMerged = kind === 'merged';
  for (const path of isMerged ? await listTextFiles(folder) : [])
    if (isTextFile(path)) await rm(join(folder, path));
  for (const [path, ref] of Object.entries(text)) {
    // The config of a merged model is its own.
    if (isMerged && !isTextFile(path)) continue;
    const file = join(folder, isMerged ? '' : 'tokenizer', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await getBytes(artifacts, ref));
  }
}

/** Throws `unsupported_model` when the base model's folder was changed after the rows were prepared. */
export async function requireSameBase(
  folder: string,
  { baseSha256, baseModel }: DatasetManifest,
): Promise<void> {
  if (baseSha256 === undefined || (await weightsDigest(folder)) === baseSha256) return;
  throw new LatheError(
    'unsupported_model',
    `The base model '${baseModel}' was changed after the rows of the job were prepared; create the job again.`,
    { param: 'model', retryable: false },
  );
}
