import { decoderNames } from '../families/decoder-families.ts';
import { encoderNames } from '../families/encoder-names.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { CheckpointError } from '../formats/error.ts';

/** Throws CheckpointError for the weight of a head that is the embedding, and has none of its own to change. */
export function refuseTiedHead(base: AnyModelFolder, name: string): void {
  if (isTiedHead(base, name)) {
    throw new CheckpointError(
      base.path,
      `the head is tied to ${embeddingOf(base)}; change that instead`,
      name,
    );
  }
}

/** Whether a tensor is a copy of the embedding that stands for the head. */
export function isTiedHead({ config }: AnyModelFolder, name: string): boolean {
  return (
    config.kind === 'decoder' &&
    config.tieEmbeddings &&
    name === `${decoderNames(config).head}.weight`
  );
}

/** The name of the weight that tokens become vectors by. */
export function embeddingOf({ config }: AnyModelFolder): string {
  const name =
    config.kind === 'decoder' ? decoderNames(config).embedding : encoderNames(config).words;
  return `${name}.weight`;
}
