import { lossSettings } from '@lathe/recipe/preference';
import { policySettings } from '@lathe/recipe/reinforcement';
import { taskSettings } from '@lathe/recipe/task';
import type { z } from 'zod';

const dpo = lossSettings.dpo.refine(
  ({ loss, labelSmoothing }) => labelSmoothing === 0 || !['ipo', 'hinge'].includes(loss),
  {
    path: ['labelSmoothing'],
    message: 'only the losses sigmoid and robust have label smoothing',
  },
);

/** By the names that errors call them; defaults are TRL's, and sentence-transformers' of embeddings. */
const schemas = {
  DPO: dpo,
  ORPO: lossSettings.orpo,
  SimPO: lossSettings.simpo,
  KTO: lossSettings.kto,
  reinforcement: policySettings,
  'reward model': taskSettings.reward.omit({ type: true }),
  embedding: taskSettings.embedding.omit({ type: true }),
};

export type SettingsOf<Name extends keyof typeof schemas> = z.output<(typeof schemas)[Name]>;

/** Fills in an objective's defaults. Throws RangeError that names each field at fault; unknown fields are faults. */
export function parseSettings<Name extends keyof typeof schemas>(
  objective: Name,
  given: unknown = {},
): SettingsOf<Name> {
  const parsed = schemas[objective].safeParse(given);
  if (parsed.success) return parsed.data as SettingsOf<Name>;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'settings'}: ${message}`,
  );
  throw new RangeError(`the ${objective} settings are wrong: ${faults.join('; ')}`);
}
