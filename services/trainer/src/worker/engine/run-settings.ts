import { parseTrainingSettings, type TrainingSettings } from '@lathe/engine/train/settings';
import type { RecipeInput } from '@lathe/recipe/recipe';

/** A recipe in the engine's words. Throws RangeError naming each setting at fault. */
export function engineSettings(recipe: RecipeInput): TrainingSettings {
  const { adaptation, schedule: kind, minimumRate, earlyStopping, optimizer, ...rest } = recipe;
  const { preference: _, weightDecay, warmupRatio, warmupSteps, decayRatio, ...same } = rest;
  return parseTrainingSettings(
    given({
      ...same,
      method: adaptation && engineMethod(adaptation),
      schedule: given({ kind, warmupRatio, warmupSteps, minimum: minimumRate, decayRatio }),
      optimizer: { ...given({ weightDecay }), ...optimizer },
      earlyStopping: earlyStopping && engineRule(earlyStopping),
    }),
  );
}

/** When to end a run before its planned end, in the engine's words. */
export function engineRule({ metric, ...rest }: NonNullable<RecipeInput['earlyStopping']>) {
  return given({ ...rest, metric: metric === 'token_accuracy' ? 'tokenAccuracy' : metric });
}

function engineMethod(adaptation: NonNullable<RecipeInput['adaptation']>): object {
  switch (adaptation.type) {
    case 'full':
      return { type: 'full' };
    case 'prompt-tuning': {
      const { type, tokens: virtualTokens, initial, initialTokens: tokens } = adaptation;
      return given({ type, virtualTokens, initial, tokens });
    }
    case 'prefix-tuning':
      return given({ type: adaptation.type, virtualTokens: adaptation.tokens });
    default:
      return given(adaptation);
  }
}

/** The object without the keys that have no value. */
function given(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
