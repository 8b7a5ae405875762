import {
  type CheckpointManifest,
  checkpointManifestSchema,
} from '@lathe/contracts/artifact/checkpoint';
import type { ObjectRef } from '@lathe/contracts/artifact/dataset';
import { ArtifactError, type ArtifactStore } from './port.ts';
import { writeJson } from './write-json.ts';

/**
 * Copies the model files of a checkpoint, without its training state, into the folder `prefix`, each checked
 * against its digest, and last the manifest that names the copies, as `manifest.json`. `progress` is called as
 * bytes go through, and may throw to end it. Throws ArtifactError: `not_found` when a file is gone, `damaged`
 * when it is not what the manifest says.
 * @example await copyModel(artifacts, manifest, { prefix: 'p/default/models/a/', progress: () => undefined });
 */
export async function copyModel(
  store: ArtifactStore,
  manifest: CheckpointManifest,
  { prefix, progress }: { readonly prefix: string; readonly progress: () => void },
): Promise<void> {
  const model: Record<string, ObjectRef> = {};
  for (const [name, ref] of Object.entries(manifest.model)) {
    const key = `${prefix}/model/${name}`;
    const stored = await store.put(key, told(store.get(ref.key), progress));
    if (stored.sha256 !== ref.sha256)
      throw new ArtifactError('damaged', `the artifact ${ref.key} is damaged: another digest`);
    model[name] = { key, ...stored };
  }
  const copy: CheckpointManifest = { ...manifest, model, state: {} };
  await writeJson(store, `${prefix}/manifest.json`, checkpointManifestSchema, copy);
}

async function* told(
  source: AsyncIterable<Uint8Array>,
  progress: () => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    progress();
    yield chunk;
  }
}
