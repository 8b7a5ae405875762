import { sizeText } from '@lathe/contracts/words/size';
import type { IngestSettings } from '../../settings.ts';

/** What a file may cost to read. */
export type ContainerLimits = Pick<
  IngestSettings,
  | 'maxLineBytes'
  | 'sniffBytes'
  | 'textRowBytes'
  | 'maxLayers'
  | 'maxUnpackedBytes'
  | 'maxUnpackRatio'
  | 'unpackGraceBytes'
  | 'maxSpoolBytes'
  | 'maxArchiveFiles'
  | 'maxRows'
  | 'maxRowGroupBytes'
  | 'maxRowGroupValues'
  | 'parquetMemoryMegabytes'
  | 'parquetSilenceMs'
>;

/** Thrown where the bytes of a file cannot be read on: they are damaged, cut short or too many. Its message is what is wrong, after "the file". */
export class Unreadable extends Error {
  /** The file among several that it is about; absent where the message names it. */
  readonly member: string | undefined;

  constructor(message: string, options: ErrorOptions & { readonly member?: string } = {}) {
    super(message, options);
    this.name = 'Unreadable';
    this.member = options.member;
  }
}

/** Awaits what is read of one file among several: where it cannot be read on, the error says which it is. */
export async function ofFile<T>(member: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof Unreadable) || error.message.includes(JSON.stringify(member)))
      throw error;
    throw new Unreadable(error.message, { cause: error, member });
  }
}

/** Bytes that come out of the packed layers of one upload, all of them together. */
export type Budget = {
  /** Counts bytes that came out of one layer, of which so many went in. Throws Unreadable when they are too many. */
  take(bytes: number, layer: { readonly packed: number; readonly unpacked: number }): void;
};

/** A budget for one upload: so many bytes, and, beyond a grace, so many times what went in. `alive` is called as bytes come. */
export function createBudget(limits: ContainerLimits, alive?: () => void): Budget {
  let total = 0;
  return {
    take(bytes, { packed, unpacked }) {
      total += bytes;
      alive?.();
      if (total > limits.maxUnpackedBytes)
        throw new Unreadable(`holds more than ${sizeText(limits.maxUnpackedBytes)} when unpacked`);
      if (unpacked > limits.unpackGraceBytes && unpacked > packed * limits.maxUnpackRatio)
        throw new Unreadable(
          `unpacks to more than ${limits.maxUnpackRatio} times its size, as no rows do`,
        );
    },
  };
}
