import { openFileStore } from './file.ts';
import type { ArtifactStore } from './port.ts';

/** Opens the artifact store that the configuration names, `file:<absolute folder>`. */
export function openArtifacts(config: { readonly artifacts: string }): Promise<ArtifactStore> {
  return openFileStore(config.artifacts.slice('file:'.length));
}
