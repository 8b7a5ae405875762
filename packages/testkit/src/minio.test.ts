import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startMinio } from './minio.ts';
import { patienceMs } from './patience.ts';
import { tempFolder } from './temp-folder.ts';

it('runs a MinIO that can be stopped, killed, frozen and started again on the same folder', async () => {
  const minio = await startMinio();
  const isUp = async (longestMs = patienceMs): Promise<boolean> => {
    const signal = AbortSignal.timeout(longestMs);
    return fetch(`${minio.endpoint}/minio/health/live`, { signal }).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  try {
    expect(await isUp()).toBe(true);
    for (const end of [minio.stop, minio.kill]) {
      await end();
      expect(await isUp()).toBe(false);
      await minio.restart();
      expect(await isUp()).toBe(true);
    }
    await minio.pause();
    expect(await isUp(1000)).toBe(false);
    minio.resume();
    await expect.poll(() => isUp()).toBe(true);
    expect(minio.environment('bucket')).toMatchObject({ LATHE_S3_ENDPOINT: minio.endpoint });
  } finally {
    await minio[Symbol.asyncDispose]();
  }
  expect(await isUp()).toBe(false);
  expect(existsSync(minio.folder)).toBe(false);
});

it('says why a MinIO does not start', async () => {
  await using folder = await tempFolder();
  await mkdir(join(folder.path, '.minio.sys'));
  await writeFile(join(folder.path, '.minio.sys', 'format.json'), 'broken');
  await expect(startMinio({ folder: folder.path })).rejects.toThrow(
    /MinIO ended at its start: .*Unable to use the drive/,
  );
});
