import type { EarlyStopping } from '@lathe/recipe/early-stopping';
import type { Evaluation } from '../measure/evaluation.ts';
import { type WatchedScore, watched, watchMetric } from './early-stopping.ts';
import type { StepMetrics, Trainer } from './trainer.ts';

/** How well held-out examples are answered. */
type HeldOutScore = WatchedScore & Pick<Evaluation, 'supervisedTokens'>;

export type LoopOptions = {
  readonly trainer: Pick<Trainer<never>, 'totalSteps' | 'step' | 'trainStep'>;
  /** Scores the held-out examples; absent where none are held out. */
  readonly score?: (() => Promise<HeldOutScore>) | undefined;
  /** Steps between two checkpoints, each with a score; absent where only the best steps are kept. */
  readonly checkpointEvery?: number | undefined;
  /** Steps between two scores, beside those of checkpoints and of the rule. */
  readonly scoreEvery?: number | undefined;
  /** The rule by which the run ends early, with steps between two scores. */
  readonly earlyStopping?: (EarlyStopping & { readonly everySteps: number }) | undefined;
  /** Scores of the run before it was interrupted, so that it ends where an undisturbed one does. */
  readonly earlierScores?: readonly ({ readonly step: number } & WatchedScore)[];
};

/** What happens in a run. Whoever takes it in does what it asks for before the loop goes on. */
export type Moment =
  /** A step begins next: the place to stop, by taking no further moment. */
  | { readonly kind: 'boundary' }
  /** A step was taken; at a milestone something is made of the model next. */
  | { readonly kind: 'step'; readonly metrics: StepMetrics; readonly isMilestone: boolean }
  | { readonly kind: 'score'; readonly score: HeldOutScore }
  /** The model as it is now is to be kept, since it is time or no step was better. */
  | { readonly kind: 'checkpoint'; readonly isBest: boolean }
  /** Training is over; `best` is the step whose model is the result. */
  | { readonly kind: 'end'; readonly best: number };

/**
 * Trains to the planned end, or until the held-out metric has stopped getting better. The last step is no
 * checkpoint: its model is the result, unless an earlier one was better.
 * @example for await (const moment of trainingLoop({ trainer })) console.log(moment.kind);
 */
export async function* trainingLoop({
  trainer,
  score,
  checkpointEvery = Number.POSITIVE_INFINITY,
  scoreEvery = Number.POSITIVE_INFINITY,
  earlyStopping: rule,
  earlierScores = [],
}: LoopOptions): AsyncGenerator<Moment, void> {
  const { totalSteps } = trainer;
  const watch = rule && watchMetric(rule);
  let goesOn = true;
  const isDue = (step: number): boolean =>
    rule !== undefined && (step % rule.everySteps === 0 || step === totalSteps);
  /** Tells whether this is the best score of a run that keeps the best. */
  const takeIn = (step: number, value: WatchedScore): boolean => {
    if (rule === undefined || !isDue(step)) return false;
    const taken = watch?.take(step, watched(rule, value));
    goesOn = taken?.goesOn ?? true;
    return taken?.isBest ?? false;
  };
  for (const { step, ...value } of earlierScores) takeIn(step, value);

  while (trainer.step < totalSteps && goesOn) {
    yield { kind: 'boundary' };
    const metrics = await trainer.trainStep();
    const { step } = trainer;
    const isLast = step === totalSteps;
    const isCheckpoint = step % checkpointEvery === 0;
    const isScored = isCheckpoint || isDue(step) || step % scoreEvery === 0;
    yield { kind: 'step', metrics, isMilestone: isScored || isLast };
    if (isLast) break;
    let isBest = false;
    if (isScored && score !== undefined) {
      const found = await score();
      isBest = takeIn(step, found);
      yield { kind: 'score', score: found };
    }
    if (isCheckpoint || isBest) yield { kind: 'checkpoint', isBest };
  }
  if (goesOn && score !== undefined) {
    const found = await score();
    takeIn(trainer.step, found);
    yield { kind: 'score', score: found };
  }
  yield { kind: 'end', best: watch?.best?.step ?? trainer.step };
}
