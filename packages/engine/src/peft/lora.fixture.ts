import { loraContent } from './adapter-config.ts';
import type { AdapterTensor } from './peft.ts';
import { peftPrefix, writePeftFolder } from './peft-folder.ts';

/** Writes a plain LoRA adapter as peft has it, its tensors by the engine's names. */
export function writeLora(
  folder: string,
  {
    baseModel,
    tensors,
    ...lora
  }: Parameters<typeof loraContent>[0] & {
    readonly baseModel: string;
    readonly tensors: ReadonlyMap<string, AdapterTensor>;
  },
): Promise<void> {
  const key = (name: string): string => `${peftPrefix}${name}.weight`;
  const stored = new Map([...tensors].map(([name, tensor]) => [key(name), tensor]));
  return writePeftFolder(folder, loraContent(lora, stored), baseModel);
}
