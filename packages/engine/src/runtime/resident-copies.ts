import type { Tensor } from '../graph/tensor.ts';
import { input } from '../graph/value.ts';
import type { Residency, ResidentProgram, ResidentTensor } from './device.ts';
import { KeptPrograms } from './kept-programs.ts';

/** Uploads and downloads by programs of one node each, for each type and number of axes. */
export function residentCopies(
  compile: Residency['compile'],
): Pick<Residency, 'upload' | 'download'> {
  const copiers = new KeptPrograms<ResidentProgram>();
  /**
   * The programs live as long as the device: a tensor's memory may belong to the session that made it, and is
   * gone with it then.
   */
  const copier = (
    { shape, dtype }: Pick<Tensor, 'shape' | 'dtype'>,
    stay: readonly string[],
  ): Promise<ResidentProgram> => {
    const key = `${dtype} ${shape.length} ${stay.join()}`;
    const sizes = shape.map((_, axis) => `size${axis}`);
    return copiers.get(key, () => compile({ outputs: { y: input('x', sizes, dtype) } }, stay));
  };
  return {
    async upload(tensor) {
      const program = await copier(tensor, ['y']);
      const { resident } = await program.run({ x: tensor });
      return resident.y as ResidentTensor;
    },
    async download(tensor) {
      const program = await copier(tensor, []);
      const { host } = await program.run({ x: tensor });
      return host.y as Tensor;
    },
  };
}
