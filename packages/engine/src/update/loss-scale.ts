import { type LossScaleSettings, mostLossScale, powerOfTwo } from '@lathe/recipe/loss-scale';
import { z } from 'zod';

/** What a training state keeps of a loss scale. */
export const lossScaleStateSchema = z.strictObject({
  scale: powerOfTwo,
  goodSteps: z.int().nonnegative(),
});

export type LossScaleState = Readonly<z.output<typeof lossScaleStateSchema>>;

/**
 * The factor on the loss that keeps small gradients above what float16 rounds to 0 (Micikevicius et al. 2018,
 * section 3.2): halved when a gradient overflows, doubled after so many steps without.
 */
export class LossScale {
  readonly #initial: number;
  readonly #growthSteps: number;
  #scale: number;
  #goodSteps = 0;

  constructor({ initial, growthSteps }: LossScaleSettings) {
    this.#initial = initial;
    this.#scale = initial;
    this.#growthSteps = growthSteps;
  }

  get value(): number {
    return this.#scale;
  }

  get state(): LossScaleState {
    return { scale: this.#scale, goodSteps: this.#goodSteps };
  }

  /** Goes on where a state was saved; from the start when that run was not in float16. */
  restore(state: LossScaleState | undefined): void {
    this.#scale = state?.scale ?? this.#initial;
    this.#goodSteps = state?.goodSteps ?? 0;
  }

  /** After a step whose gradients were finite. */
  succeeded(): void {
    this.#goodSteps++;
    if (this.#goodSteps < this.#growthSteps) return;
    this.#goodSteps = 0;
    this.#scale = Math.min(2 * this.#scale, mostLossScale);
  }

  /** After gradients that were not; false when the scale was 1 already, and so is not at fault. */
  overflowed(): boolean {
    this.#goodSteps = 0;
    if (this.#scale <= 1) return false;
    this.#scale /= 2;
    return true;
  }
}
