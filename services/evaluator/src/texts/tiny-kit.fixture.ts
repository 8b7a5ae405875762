import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { openModelKit } from './model-kit.ts';
import { localTexts } from './texts.fixture.ts';

/** For tests: a tiny model in a folder of its own, with what texts need of it. */
export async function openTinyKit() {
  const folder = await tempFolder();
  await writeTinyModel(folder.path);
  const texts = localTexts();
  return {
    folder: folder.path,
    texts,
    kit: await openModelKit(folder.path),
    facts: await texts.facts(folder.path),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
