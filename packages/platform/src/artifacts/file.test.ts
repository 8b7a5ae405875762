import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { canMount, smallDisk } from '@lathe/testkit/small-disk';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../config/config.ts';
import { describeArtifactStore } from './conformance.fixture.ts';
import { openFileStore } from './file.ts';
import { openArtifacts } from './open.ts';

const openSmall = async () => {
  const disk = smallDisk(100 * 2 ** 20);
  const store = await openFileStore(disk.path);
  return { store, [Symbol.asyncDispose]: async () => disk[Symbol.dispose]() };
};
describeArtifactStore('file:', {
  open: async () => {
    const folder = await tempFolder();
    const store = await openFileStore(folder.path);
    return { store, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  },
  openSmall: canMount() ? openSmall : undefined,
});

/** Where Linux tells of the files that this process has open. */
const openFiles = '/proc/self/fd';

/** Closes the files of a folder without their owner's knowledge, who then cannot close them. */
function closeBehind(folder: string): void {
  for (const file of readdirSync(openFiles)) {
    const link = join(openFiles, file);
    if (existsSync(link) && readlinkSync(link).startsWith(folder)) closeSync(Number(file));
  }
}

describe('file store', () => {
  it('leaves no half-written file behind', async () => {
    await using folder = await tempFolder();
    const store = await openFileStore(folder.path);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      throw new Error('gone');
    }
    await expect(store.put('p/a', broken())).rejects.toThrow('gone');
    await store.put('p/b', new Uint8Array(10));
    expect(await readdir(join(folder.path, '.parts'))).toEqual([]);
  });

  it.runIf(existsSync(openFiles))(
    'removes what cannot be closed, and tells of what failed first',
    async () => {
      await using folder = await tempFolder();
      const store = await openFileStore(folder.path);
      const parts = join(folder.path, '.parts');
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield new Uint8Array(10);
        closeBehind(parts);
        throw new Error('gone');
      }
      await expect(store.put('p/a', broken())).rejects.toThrow('gone');
      expect(await readdir(parts)).toEqual([]);
      const object = await store.begin?.('p/a');
      closeBehind(parts);
      await expect(object?.abandon()).rejects.toThrow('EBADF');
      expect(await readdir(parts)).toEqual([]);
    },
  );

  it('shows nothing of an object that is begun before it is finished, and leaves nothing of one that is abandoned', async () => {
    await using folder = await tempFolder();
    const store = await openFileStore(folder.path);
    await store.put('p/a', Buffer.from('old'));
    const begin = async () => {
      const object = await store.begin?.('p/a');
      if (object === undefined) throw new Error('a file store begins objects');
      const piece = Buffer.from('one ');
      await object.write(piece);
      piece.fill('x');
      await object.write(Buffer.from('two'));
      return object;
    };
    const read = async () => Buffer.concat(await Array.fromAsync(store.get('p/a'))).toString();
    const kept = await begin();
    // As it lies there after the process was killed.
    await begin();
    const left = await begin();
    expect(await Array.fromAsync(store.list(''))).toMatchObject([{ key: 'p/a', bytes: 3 }]);
    await left.abandon();
    expect(await readdir(join(folder.path, '.parts'))).toHaveLength(2);
    expect(await read()).toBe('old');
    const sha256 = createHash('sha256').update('one two').digest('hex');
    expect(await kept.finish()).toEqual({ bytes: 7, sha256 });
    await kept.abandon();
    expect(await read()).toBe('one two');
    expect(await readdir(join(folder.path, '.parts'))).toHaveLength(1);
    await expect((async () => store.begin?.('../a'))()).rejects.toThrow('artifact key');
  });

  it('says that it is full where files may not be so large', async () => {
    await using folder = await tempFolder();
    const child = join(import.meta.dirname, 'file-limit.fixture.ts');
    const limited = 'ulimit -f 200; exec "$0" "$@"';
    const args = ['-c', limited, process.execPath, child, folder.path];
    const { stdout } = await promisify(execFile)('sh', args);
    expect(stdout).toBe('full: the artifact store is full (EFBIG)\n');
    const store = await openFileStore(folder.path);
    expect(await Array.fromAsync(store.list(''))).toEqual([]);
    expect(await readdir(join(folder.path, '.parts'))).toEqual([]);
  });

  it('removes what a killed process left, but not what may still be written', async () => {
    await using folder = await tempFolder();
    await openFileStore(folder.path);
    const parts = join(folder.path, '.parts');
    await writeFile(join(parts, 'old'), 'x');
    await writeFile(join(parts, 'new'), 'x');
    await utimes(join(parts, 'old'), 1, 1);
    await openFileStore(folder.path);
    expect(await readdir(parts)).toEqual(['new']);
  });

  it.runIf(existsSync('/proc/self/ns/pid'))(
    'removes at once what a process here left that is gone, and nothing of one that lives or may live elsewhere',
    async () => {
      await using folder = await tempFolder();
      const parts = join(folder.path, '.parts');
      const fixture = join(import.meta.dirname, 'begun-object.fixture.ts');
      const child = spawn(process.execPath, [fixture, folder.path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'exit');
      try {
        await once(child.stdout, 'data');
        const [begun = ''] = await readdir(parts);
        expect(begun).toContain(`-${child.pid}-`);
        const elsewhere = begun.replace(/^[^-]+/, '0'.repeat(16));
        await writeFile(join(parts, elsewhere), 'x');
        await openFileStore(folder.path);
        expect((await readdir(parts)).toSorted()).toEqual([begun, elsewhere].toSorted());
        child.kill('SIGKILL');
        await ended;
        await openFileStore(folder.path);
        expect(await readdir(parts)).toEqual([elsewhere]);
      } finally {
        child.kill('SIGKILL');
      }
    },
  );

  it('opens an object, which stays as it was when another takes its place', async () => {
    await using folder = await tempFolder();
    const store = await openFileStore(folder.path);
    await store.put('p/a', Buffer.from('first'));
    const file = (await store.open?.('p/a')) ?? expect.fail('a file store opens objects');
    await using _ = file;
    await store.put('p/a', Buffer.from('second'));
    await store.delete('p/a');
    expect(await file.readFile('utf8')).toBe('first');
    expect(await store.open?.('p/a')).toBeNull();
    await expect(file.write('x')).rejects.toThrow();
  });

  it('does not follow symbolic links out of its folder', async () => {
    await using folder = await tempFolder();
    const secret = join(folder.path, 'secret');
    await mkdir(secret);
    await writeFile(join(secret, 'key'), 'private');
    const root = join(folder.path, 'store');
    const store = await openFileStore(root);
    await mkdir(join(root, 'objects', 'p'));
    await symlink(join(secret, 'key'), join(root, 'objects', 'p', 'link'));
    await symlink(secret, join(root, 'objects', 'linked'));
    expect(await store.stat('p/link')).toBeNull();
    expect(await store.open?.('p/link')).toBeNull();
    await expect(store.open?.('linked/key')).rejects.toThrow('symbolic link');
    await expect(store.stat('linked/key')).rejects.toThrow('symbolic link');
    await expect(store.put('linked/mine', new Uint8Array(1))).rejects.toThrow('symbolic link');
    await expect(store.deletePrefix('linked/deep')).rejects.toThrow('symbolic link');
    await expect(store.delete('linked/key')).rejects.toThrow('symbolic link');
    const listed = await Array.fromAsync(store.list(''));
    expect(listed).toEqual([]);
    expect(await readdir(secret)).toEqual(['key']);
  });

  it('is opened from the configuration', async () => {
    await using folder = await tempFolder();
    const config = readConfig({ LATHE_ARTIFACTS: `file:${folder.path}/new/store` });
    const store = await openArtifacts(config);
    await store.put('p/a', new Uint8Array(3));
    const again = await openArtifacts(config);
    expect(await again.stat('p/a')).toMatchObject({ bytes: 3 });
  });
});
