import type { OptimizerSettings } from '@lathe/recipe/optimizer';
import { adafactor } from './adafactor.ts';
import { adamW } from './adamw.ts';
import { lion } from './lion.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';

/** The optimizer that the settings ask for. */
export function createOptimizer(settings: OptimizerSettings): Optimizer {
  switch (settings.type) {
    case 'adamw':
      return adamW(settings);
    case 'sgd':
      return sgd(settings);
    case 'lion':
      return lion(settings);
    case 'adafactor':
      return adafactor(settings);
  }
}
