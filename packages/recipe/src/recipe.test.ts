import { describe, expect, it } from 'vitest';
import { checkRecipe, type RecipeInput, recipeSchema, resolveRecipe } from './recipe.ts';
import { formatRecipe, parseRecipe } from './wire.ts';

describe('a recipe', () => {
  it('has a default for every setting', () => {
    expect(resolveRecipe()).toEqual({
      adaptation: {
        type: 'lora',
        rank: 16,
        alpha: 32,
        dropout: 0,
        targets: 'all-linear',
        rankStabilized: false,
        dora: false,
        initial: 'kaiming',
        rateRatioB: 1,
      },
      epochs: 3,
      batchSize: 8,
      learningRate: 2e-4,
      schedule: 'linear',
      minimumRate: 0,
      decayRatio: 0.1,
      optimizer: { type: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
      maxGradientNorm: 1,
      labelSmoothing: 0,
      embeddingNoise: 0,
      layerRateDecay: 1,
      seed: 42,
      packing: true,
      shuffle: true,
      maxTokens: 2048,
      microBatchTokens: 2048,
      recomputeActivations: false,
      packWeights: 'auto',
      precision: 'auto',
      lossScale: { initial: 65536, growthSteps: 2000 },
      memoryLimit: null,
      keptStateBytes: 2 ** 28,
      keptDiskBytes: 2 ** 32,
    });
  });

  it('takes what depends on other settings from them', () => {
    const adaptation = { type: 'prompt-tuning' as const };
    expect(resolveRecipe({ adaptation }).adaptation).toEqual({
      ...adaptation,
      tokens: 20,
      initial: 'vocabulary',
    });
    const asText = resolveRecipe({ adaptation: { ...adaptation, initialTokens: [7] } });
    expect(asText.adaptation).toMatchObject({ initial: 'text', initialTokens: [7] });
    expect(resolveRecipe({ adaptation: { type: 'full' } }).learningRate).toBe(2e-5);
    expect(resolveRecipe({ weightDecay: 0.1, optimizer: { type: 'lion' } }).optimizer).toEqual({
      type: 'lion',
      beta1: 0.9,
      beta2: 0.99,
      weightDecay: 0.1,
    });
    expect(resolveRecipe({ preference: { loss: 'orpo' } }).preference).toMatchObject({ beta: 0.1 });
  });

  it('says of every setting what it means', () => {
    for (const [name, field] of Object.entries(recipeSchema.shape))
      expect(field.description, name).toBeTruthy();
  });

  it.each([
    [{ epochs: 0 }, 'epochs'],
    [{ learning_rate: 1 }, 'learning_rate'],
    [{ adaptation: { type: 'lora', dropout: 1 } }, 'adaptation.dropout'],
    [{ adaptation: { type: 'full', rank: 4 } }, 'rank'],
    [{ optimizer: { type: 'sgd', beta1: 0.9 } }, 'optimizer'],
    [{ lossScale: { initial: 3 } }, 'lossScale.initial: must be a power of two'],
    [{ adaptation: { type: 'lora', dora: true, initial: 'pissa' } }, 'adaptation.dora: DoRA does'],
    [{ adaptation: { type: 'lora', baseBits: 4, dora: true } }, 'adaptation.baseBits: a 4-bit'],
    [{ adaptation: { type: 'lora', baseBits: 8, dora: true } }, 'adaptation.baseBits: an 8-bit'],
    [{ adaptation: { type: 'lora', baseTolerance: 0.1 } }, "baseTolerance' goes with 'baseBits' 8"],
    [
      { adaptation: { type: 'lora', baseBits: 8 }, reinforcement: {} },
      'A base in 8 bits is proved',
    ],
    [{ adaptation: { type: 'layers' } }, "adaptation: give either 'last' or 'names'"],
    [{ adaptation: { type: 'layers', last: 1, names: ['a'] } }, 'give either'],
    [{ adaptation: { type: 'ia3', targets: ['a'], feedForward: ['b'] } }, 'among the targets'],
    [{ adaptation: { type: 'prompt-tuning', initial: 'text' } }, "go with initial 'text'"],
    [{ adaptation: { type: 'prompt-tuning', text: 'a', initialTokens: [1] } }, 'give one of'],
    [{ preference: { gamma: 1 } }, 'preference.gamma: only the loss simpo has a gamma'],
    [{ preference: { desirableWeight: 1 } }, 'only the loss kto has weights'],
    [{ preference: { loss: 'ipo', labelSmoothing: 0.1 } }, 'sigmoid, robust and simpo'],
    [
      { weightDecay: 0, optimizer: { weightDecay: 0 } },
      "'weightDecay' and 'optimizer.weightDecay'",
    ],
    [{ warmupRatio: 0, warmupSteps: 0 }, "'warmupSteps' and 'warmupRatio' set the same"],
    [{ memoryLimit: 1e9, microBatchTokens: 9 }, "'memoryLimit' decides how large passes are"],
    [{ minimumRate: 0 }, "'minimumRate' goes with the schedules cosine and wsd, not with linear"],
    [{ decayRatio: 0.1, schedule: 'cosine' }, "'decayRatio' goes with the schedule wsd"],
  ])('refuses %j by name', (input, message) => {
    expect(() => resolveRecipe(input as RecipeInput)).toThrow(message);
    expect(() => checkRecipe(input)).toThrow(message);
  });
});

describe('the wire form', () => {
  it('carries a recipe with its defaults open', () => {
    const recipe = { epochs: 2, adaptation: { type: 'prefix-tuning' } } as const;
    const text = formatRecipe(recipe);
    expect(text).toBe(`{"version":1,"recipe":${JSON.stringify(recipe)}}`);
    expect(parseRecipe(text)).toEqual(recipe);
  });

  it.each([
    ['{"version":2,"recipe":{}}', 'a recipe of version 2: only 1 is known here'],
    ['{"version":1,"recipe":{"epochs":0}}', 'epochs'],
    ['{"recipe":{}}', 'version'],
  ])('refuses %s', (text, message) => {
    expect(() => parseRecipe(text)).toThrow(message);
  });

  it('refuses to write what nobody could read', () => {
    expect(() => formatRecipe({ epochs: 0 })).toThrow('epochs');
  });
});

describe('weights of labels and balanced sampling', () => {
  const task = { type: 'classification', problem: 'single-label', labels: ['a', 'b'] } as const;
  it('go with labels of the task', () => {
    const classWeights = [{ label: 'b', weight: 3 }];
    expect(checkRecipe({ task, classWeights, sampling: 'balanced' })).toBeDefined();
    expect(
      checkRecipe({ task: { type: 'token-classification' }, classWeights: 'balanced' }),
    ).toBeDefined();
    const twice = [...classWeights, ...classWeights];
    expect(() => checkRecipe({ classWeights: twice })).toThrow('a label is listed twice');
    expect(() => checkRecipe({ task, classWeights: [{ label: 'c', weight: 1 }] })).toThrow(
      'names the label "c"',
    );
  });

  it.each([
    [{ type: 'classification', problem: 'multi-label' }, 'not for multi-label'],
    [{ type: 'embedding' }, 'not for the task embedding'],
  ] as const)('weights do not go with %j', (other, message) => {
    expect(() => checkRecipe({ task: other, classWeights: 'balanced' })).toThrow(message);
  });

  it('sampling goes with several labels, and not with numbers', () => {
    const several = { type: 'classification', problem: 'multi-label' } as const;
    expect(checkRecipe({ task: several, sampling: 'balanced' })).toBeDefined();
    const numbers = { type: 'classification', problem: 'regression' } as const;
    expect(() => checkRecipe({ task: numbers, sampling: 'balanced' })).toThrow(
      'goes by the labels of texts or words',
    );
  });
});
