import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { adaptationSchema } from './adaptation.ts';
import {
  camelCase,
  fromHttp,
  type HttpForm,
  httpFields,
  httpSchema,
  snakeCase,
} from './http-form.ts';
import { preferenceSchema } from './preference.ts';
import { type RecipeInput, recipeSchema } from './recipe.ts';

const adaptation = httpSchema(adaptationSchema, {
  head: 'is not for here',
  lora: { rank: z.int().min(1).max(256) },
});
const problems = (schema: z.ZodType, value: unknown) =>
  (schema.safeParse(value).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

describe('the HTTP form', () => {
  it('tells a default that is one value, and fills none in', () => {
    const { properties } = z.toJSONSchema(
      z.strictObject(httpFields(recipeSchema.pick({ decayRatio: true, warmupSteps: true }).shape)),
    );
    expect(properties?.decay_ratio).toMatchObject({
      default: 0.1,
      description: expect.any(String),
    });
    expect(properties?.warmup_steps).not.toHaveProperty('default');
  });

  it('has snake case names and no default', () => {
    const form = { type: 'lora', rank_stabilized: true, rate_ratio_b: 2, base_bits: 4 } as const;
    expect(adaptation.parse(form)).toEqual(form);
    expect(adaptation.parse({ type: 'lora' })).toEqual({ type: 'lora' });
    const fields = z.strictObject(httpFields(recipeSchema.pick({ maxGradientNorm: true }).shape));
    expect(fields.parse({})).toEqual({});
    expect(fields.parse({ max_gradient_norm: 2 })).toEqual({ max_gradient_norm: 2 });
  });

  it.each([
    [{ type: 'lora', rank: 0 }, 'rank: Too small: expected number to be >=1'],
    [{ type: 'lora', rank: 257 }, 'rank: Too big: expected number to be <=256'],
    [{ type: 'lora', rankStabilized: true }, ': Unrecognized key: "rankStabilized"'],
    [{ type: 'lora', base_bits: 4, dora: true }, 'base_bits: a 4-bit base goes with plain LoRA'],
    [{ type: 'prompt-tuning', text: 'a', initial_tokens: [1] }, "'text' and 'initial_tokens'"],
    [{ type: 'head' }, 'type: head is not for here'],
    [{ type: 'heads' }, 'type: expected one of full, layers, lora, ia3, tokens, prompt-tuning'],
  ])('refuses %j by its own names', (form, message) => {
    expect(problems(adaptation, form).join()).toContain(message);
  });

  it('knows what was left out from what is as by default', () => {
    const preference = httpSchema(preferenceSchema);
    expect(problems(preference, { loss: 'kto', desirable_weight: 1 })).toEqual([]);
    expect(problems(preference, { desirable_weight: 1 })).toEqual([
      'desirable_weight: only the loss kto has weights',
    ]);
  });

  it('describes itself by the recipe', () => {
    const { anyOf, oneOf } = z.toJSONSchema(adaptation) as {
      anyOf?: { properties: object }[];
      oneOf?: { properties: object }[];
    };
    expect((anyOf ?? oneOf)?.[2]?.properties).toMatchObject({
      rank: { maximum: 256, description: 'rows of A and columns of B' },
    });
  });

  it('is read as the recipe has it', () => {
    const input: RecipeInput = {
      adaptation: { type: 'lora', rank: 8, rankStabilized: true },
      optimizer: { type: 'adamw', beta2: 0.98 },
      earlyStopping: { minimumChange: 0.1 },
      warmupSteps: 3,
    };
    const form: HttpForm<RecipeInput> = {
      adaptation: { type: 'lora', rank: 8, rank_stabilized: true },
      optimizer: { type: 'adamw', beta2: 0.98 },
      early_stopping: { minimum_change: 0.1 },
      warmup_steps: 3,
    };
    expect(fromHttp<RecipeInput>(form)).toEqual(input);
  });

  it('turns every name of the recipe there and back', () => {
    for (const name of Object.keys(recipeSchema.shape))
      expect(camelCase(snakeCase(name))).toBe(name);
    expect(snakeCase('rateRatioB')).toBe('rate_ratio_b');
    expect(camelCase('beta1')).toBe('beta1');
  });
});
