import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { openPlatform } from './platform.fixture.ts';

/** The whole platform with two base models: lathe-tiny, and `noise` of random weights. */
export async function openTwoModels() {
  const folder = await tempFolder();
  const models = join(folder.path, 'models');
  await mkdir(models);
  await cp('models/lathe-tiny', join(models, 'lathe-tiny'), { recursive: true });
  await writeTinyModel(join(models, 'noise'));
  const platform = await openPlatform({ models });
  return {
    ...platform,
    async [Symbol.asyncDispose](): Promise<void> {
      await platform[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
