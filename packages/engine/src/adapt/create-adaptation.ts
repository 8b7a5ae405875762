import type { AdaptationSettings } from '@lathe/recipe/adaptation';
import type { Adaptation, AdaptTarget } from './adaptation.ts';
import { ia3 } from './ia3.ts';
import { lora } from './lora.ts';
import { prefixTuning } from './prefix-tuning.ts';
import { promptTuning } from './prompt-tuning.ts';
import { tokenEmbeddings } from './token-embeddings.ts';
import { fullTraining, headTraining, layerTraining } from './whole-weights.ts';

/** The adaptation that the settings ask for. Throws RangeError when it does not suit the model. */
export async function createAdaptation(
  method: AdaptationSettings,
  target: AdaptTarget,
): Promise<Adaptation> {
  switch (method.type) {
    case 'full':
      return fullTraining;
    case 'layers':
      return layerTraining(method, target);
    case 'lora':
      return lora(method, target);
    case 'ia3':
      return ia3(method, target);
    case 'prompt-tuning':
      return promptTuning(method, target);
    case 'prefix-tuning':
      return prefixTuning(method, target);
    case 'head':
      return headTraining;
    case 'tokens':
      return tokenEmbeddings(method, target);
  }
}
