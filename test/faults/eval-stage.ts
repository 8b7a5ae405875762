import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startMinio } from '@lathe/testkit/minio';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import type { Targets } from './campaign.ts';
import { startLathe } from './lathe-process.ts';
import { shortTimes } from './stage.ts';

const tiny = fileURLToPath(new URL('../../models/lathe-tiny', import.meta.url));

/** A platform with two models and its artifacts in MinIO, which may be hit, too. */
export async function openEvalStage() {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await tempFolder());
  const models = join(folder.path, 'models');
  await mkdir(models);
  await cp(tiny, join(models, 'lathe-tiny'), { recursive: true });
  await writeTinyModel(join(models, 'noise'));
  const minio = opened.use(await startMinio());
  const environment = { ...shortTimes, ...minio.environment('faults'), LATHE_MODELS: models };
  const lathe = opened.use(await startLathe({ environment }));
  const targets: Targets = {
    parts: ['nats-server', 'gateway', 'evaluator', "evaluator's engine"],
    frozen: 'evaluator',
    store: minio,
  };
  const all = opened.move();
  return { lathe, targets, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
