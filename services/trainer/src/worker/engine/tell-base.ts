import { type BaseOptions, settleBase } from '@lathe/engine/settle-base';
import type { FromEngine } from './engine-message.ts';

/** What the run keeps its frozen layers as, for the trainer's options. The job is told of 8 bits that it asked for. */
export async function tellBase<Example>(
  options: BaseOptions<Example>,
  send: (message: FromEngine) => void,
): Promise<Pick<Awaited<ReturnType<typeof settleBase>>, 'base'>> {
  const { base, told } = await settleBase(options);
  if (told !== undefined)
    send({ kind: 'log', level: told.isWarning ? 'warn' : 'info', text: told.text });
  return { base };
}
