import { rm } from 'node:fs/promises';
import type { DatasetManifest } from '@lathe/contracts/artifact/dataset';
import { getFolder } from '@lathe/platform/artifacts/folder';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { RecipeInput } from '@lathe/recipe/recipe';

/**
 * Brings the model folder of a run whose tokenizer was learnt from its rows: the config and the tokenizer that came of
 * it, and no weights, for they begin at random. False where the run takes the tokenizer of its base model.
 */
export async function fetchLearntShape(
  artifacts: ArtifactStore,
  {
    recipe: { adaptation },
    manifest: { text },
  }: {
    readonly recipe: Pick<RecipeInput, 'adaptation'>;
    readonly manifest: Pick<DatasetManifest, 'text'>;
  },
  folder: string,
): Promise<boolean> {
  if (adaptation?.type !== 'full' || adaptation.tokenizer === undefined || text === undefined)
    return false;
  await rm(folder, { recursive: true, force: true });
  await getFolder(artifacts, text, folder);
  return true;
}
