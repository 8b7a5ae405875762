import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A file of the dashboard as it is sent. */
export type BuiltFile = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same packed; null where that saves nothing. */
  readonly packed: Uint8Array<ArrayBuffer> | null;
  readonly type: string;
  readonly etag: string;
  /** Its name holds a hash of what is in it, so that it never changes. */
  readonly isForEver: boolean;
};

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.jsonl': 'application/jsonl',
};

/** The files that set-up built in a folder, by their paths in it (`assets/index-….js`); null where it has built none. */
export function readBuiltFiles(folder: string): ReadonlyMap<string, BuiltFile> | null {
  if (!existsSync(join(folder, 'index.html'))) return null;
  const names = globSync('**/*', { cwd: folder }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  return new Map(names.map((name) => [name.split(sep).join('/'), fileOf(folder, name)]));
}

function fileOf(folder: string, name: string): BuiltFile {
  const bytes = new Uint8Array(readFileSync(join(folder, name)));
  const packed = new Uint8Array(gzipSync(bytes, { level: 9 }));
  return {
    bytes,
    packed: packed.length < bytes.length ? packed : null,
    type: types[extname(name)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    isForEver: name.startsWith(`assets${sep}`),
  };
}
