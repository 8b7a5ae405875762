import type { OfferedModel } from '@lathe/contracts/record/worker';
import { openModelFolder } from '@lathe/engine/families/model-folder';
import { type BaseModelFolder, listBaseModels } from '@lathe/platform/base-models';
import type { Logger } from '@lathe/platform/log';

/** The engine computes with four bytes a number, whatever the files hold. */
const numberBytes = 4;

/**
 * Tells which base models lie in the folders, with their sizes; a model is opened once and listed for as
 * long as it is there. One that the engine cannot open is offered too, with sizes of 0: its job fails with
 * the engine's own sentence instead of waiting for ever.
 */
export function createModelOffer(
  folders: readonly string[],
  log: Logger,
): () => Promise<OfferedModel[]> {
  const known = new Map<string, Promise<OfferedModel>>();
  return async () => {
    const found = await listBaseModels(folders);
    return Promise.all(
      found.map((folder) => {
        const model = known.get(folder.path) ?? describeModel(folder, log);
        known.set(folder.path, model);
        return model;
      }),
    );
  };
}

async function describeModel({ name, path }: BaseModelFolder, log: Logger): Promise<OfferedModel> {
  try {
    const { config, tensors } = await openModelFolder(path);
    let numbers = 0;
    for (const { shape } of tensors.values()) numbers += shape.reduce((a, b) => a * b, 1);
    const { layers, hiddenSize, intermediateSize, vocabularySize } = config;
    const weightBytes = numbers * numberBytes;
    return { name, weightBytes, layers, hiddenSize, intermediateSize, vocabularySize };
  } catch (error) {
    log.warn({ err: error, model: name }, 'cannot tell the size of a base model');
    const sizes = { layers: 0, hiddenSize: 0, intermediateSize: 0, vocabularySize: 0 };
    return { name, weightBytes: 0, ...sizes };
  }
}
