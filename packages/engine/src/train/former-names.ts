import type { AdaptationSettings } from '@lathe/recipe/adaptation';
import type { EarlyStopping } from '@lathe/recipe/early-stopping';
import type { Recipe } from '@lathe/recipe/recipe';

/**
 * A recipe by the names that the engine gave settings before there was one, as states have them in their fingerprint:
 * what was saved then goes on. What is no setting of the training itself, such as its loss, is told apart from them.
 */
export function namedAsBefore(recipe: Recipe) {
  const { keptStateBytes: _, keptDiskBytes: __, preference: ___, ...settings } = recipe;
  const { adaptation, earlyStopping, ...rest } = settings;
  const { schedule: kind, warmupSteps, warmupRatio, minimumRate, decayRatio, ...same } = rest;
  return {
    ...same,
    method: methodOf(adaptation),
    schedule: { kind, warmupSteps, warmupRatio, minimum: minimumRate, decayRatio },
    earlyStopping: earlyStopping && ruleOf(earlyStopping),
  };
}

function methodOf(adaptation: AdaptationSettings): object {
  switch (adaptation.type) {
    case 'full':
      return { type: adaptation.type };
    case 'prompt-tuning': {
      const { type, initial, tokens: virtualTokens, initialTokens: tokens } = adaptation;
      return { type, virtualTokens, initial, tokens };
    }
    case 'prefix-tuning':
      return { type: adaptation.type, virtualTokens: adaptation.tokens };
    default:
      return adaptation;
  }
}

function ruleOf({ metric, ...rest }: EarlyStopping): object {
  const isCounted = metric === 'token_accuracy' || metric === 'accuracy';
  return { ...rest, metric: isCounted ? 'tokenAccuracy' : metric };
}

/** Settings that a file names as before, by today's names; those of today stay as they are. */
export function namedAsToday(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { method, schedule, earlyStopping, ...same } = given;
  const { kind, minimum, ...steps } = Object(
    typeof schedule === 'string' ? { kind: schedule } : schedule,
  );
  const { virtualTokens, ...adaptation } = Object(method);
  const isPrompt = adaptation.type === 'prompt-tuning' || virtualTokens !== undefined;
  const names = isPrompt ? { tokens: virtualTokens, initialTokens: adaptation.tokens } : {};
  const rule = Object(earlyStopping);
  const metric = rule.metric === 'tokenAccuracy' ? { metric: 'token_accuracy' } : {};
  return defined({
    ...same,
    ...steps,
    schedule: kind,
    minimumRate: minimum ?? same.minimumRate,
    adaptation: method === undefined ? same.adaptation : defined({ ...adaptation, ...names }),
    earlyStopping: earlyStopping === undefined ? undefined : { ...rule, ...metric },
  });
}

function defined(settings: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
