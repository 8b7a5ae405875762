import { Handed } from '@lathe/platform/threads/serve-tasks';
import { createTextWork } from './text-work.ts';
import { createTexts, type Texts } from './texts.ts';

/** For tests of what uses texts: worked on where the test runs. */
export function localTexts(): Texts {
  const work = createTextWork();
  const result = async (task: unknown): Promise<unknown> => {
    const made = await work(task);
    return made instanceof Handed ? made.value : made;
  };
  return createTexts(
    { quick: result, slow: result, long: result, all: (task) => void result(task) },
    16_384,
  );
}
