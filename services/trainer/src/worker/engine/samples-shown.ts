import type { Trainer } from '@lathe/engine/trainer';
import { openWrittenSamples, type WrittenSample } from '@lathe/engine/written-samples';
import type { FromEngine, Samples } from './engine-message.ts';

/** Longest text that is told, in UTF-16 units. */
const shownLength = 2000;

type Shown = Pick<Trainer<never>, 'step' | 'exportAdapter' | 'exportMerged'>;

/**
 * What tells the answers of a run to some held-out rows, by its weights as they are now. They are there to be looked at: where
 * they cannot be written, that is told once and the run goes on without them.
 */
export function samplesShown(
  options: Parameters<typeof openWrittenSamples>[0],
  trainer: Shown,
  send: (message: FromEngine) => void,
): () => Promise<void> {
  let isGivenUp = false;
  return async () => {
    if (isGivenUp) return;
    try {
      const written = await openWrittenSamples(options);
      const samples = await written?.samples(trainer);
      if (samples !== undefined) send({ kind: 'samples', samples: toldOf(trainer.step, samples) });
    } catch (error) {
      isGivenUp = true;
      const why = error instanceof Error ? error.message : String(error);
      const text = `No answers to held-out prompts are shown from step ${trainer.step} on: ${why}`;
      send({ kind: 'log', level: 'warn', text });
    }
  };
}

function toldOf(step: number, samples: readonly WrittenSample[]): Samples {
  const shown = (text: string): string => text.slice(0, shownLength).toWellFormed();
  const answers = samples.map(({ row: prompt, prompt: asked, expected, text, isTruncated }) => ({
    ...{ prompt, text: shown(text), reward: null, isTruncated },
    row: { asked: shown(asked), expected: shown(expected) },
  }));
  return { step, side: 'held-out', answers };
}
