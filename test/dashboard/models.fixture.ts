import { symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';

const tasks = 'packages/testkit/fixtures/tasks';
const names = ['bert-intents', 'bert-tags', 'roberta-answers'];

/** For tests: a folder of base models: the one that writes, a classifier, a tagger and one that answers questions from texts. */
export async function modelsFolder(): Promise<Awaited<ReturnType<typeof tempFolder>>> {
  const folder = await tempFolder();
  await symlink(resolve('models/lathe-tiny'), join(folder.path, 'lathe-tiny'));
  for (const name of names) await symlink(resolve(tasks, name), join(folder.path, name));
  return folder;
}
