import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/** Regenerates the gRPC code in a temporary folder and compares it with what is committed. Offline. */
const root = resolve(import.meta.dirname, '../..');
const committed = join(import.meta.dirname, 'src/generated');
const fresh = mkdtempSync(join(tmpdir(), 'lathe-proto-'));

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function buf(...args: string[]): void {
  const bin = join(root, 'node_modules/.bin');
  const { status, stderr, error } = spawnSync(join(bin, 'buf'), args, {
    cwd: join(root, 'proto'),
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
    encoding: 'utf8',
  });
  if (status !== 0)
    throw new Error(`buf ${args[0]} failed: ${error?.message ?? ''}${stderr ?? ''}`.trim());
}

let stale: string[] = [];
try {
  buf('lint');
  const template = readFileSync(join(root, 'proto/buf.gen.yaml'), 'utf8');
  buf('generate', '--template', template.replace(/out: .*/, `out: ${JSON.stringify(fresh)}`));
  const names = new Set([...files(committed), ...files(fresh)]);
  const read = (folder: string, name: string) =>
    files(folder).includes(name) ? readFileSync(join(folder, name), 'utf8') : undefined;
  stale = [...names].filter((name) => read(committed, name) !== read(fresh, name));
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

if (stale.length > 0) {
  console.error(
    `Generated code differs from proto/: ${stale.join(', ')}. Run "npx buf generate" in proto/ and commit.`,
  );
  process.exitCode = 1;
}
