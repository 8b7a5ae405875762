import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Replay } from './verify.ts';

export const manifestName = 'lathe-manifest.json';

/** What an export is made of, and how far its answers lie from the trainer's. */
export type ExportManifest = {
  readonly version: 1;
  readonly kind: string;
  /** How most weights are stored. */
  readonly dtype: string;
  /** Name of the base model. */
  readonly base: string;
  /** Digest of the adapter's weights that were merged in or lie beside; null without one. */
  readonly adapter: string | null;
  readonly replay: Replay;
  /** What a user should know before using the export. */
  readonly notes: readonly string[];
  readonly files: readonly ExportedFile[];
};

type ExportedFile = {
  /** Path inside the folder, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
};

/** Lists the files of a folder with their digests, and writes the manifest beside them. */
export async function writeManifest(
  folder: string,
  content: Omit<ExportManifest, 'version' | 'files'>,
): Promise<ExportManifest> {
  const manifest: ExportManifest = { version: 1, ...content, files: await listFiles(folder) };
  await writeFile(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

async function listFiles(folder: string): Promise<ExportedFile[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const files: ExportedFile[] = [];
  for (const path of paths.sort())
    files.push({
      path: relative(folder, path).split(sep).join('/'),
      bytes: (await stat(path)).size,
      sha256: await fileDigest(path),
    });
  return files;
}

/** sha256 of a file's bytes, in hexadecimal. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
