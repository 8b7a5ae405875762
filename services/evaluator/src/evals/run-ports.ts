import type { Graders } from '@lathe/graders/grader-processes';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Logger } from '@lathe/platform/log';
import type { Records } from '@lathe/platform/records';
import type { Engine } from '../engine/engine.ts';
import type { Models } from '../models/models.ts';
import type { EvaluatorSettings } from '../settings.ts';
import type { Texts } from '../texts/texts.ts';

/** What runs of evals work with. */
export type RunPorts = Pick<Records, 'evalRuns' | 'files'> & {
  readonly artifacts: ArtifactStore;
  readonly models: Models;
  readonly engine: Engine;
  readonly texts: Texts;
  readonly graders: Graders;
  readonly settings: EvaluatorSettings;
  /** The name under which the message server runs since it was started. */
  readonly server: () => string;
  readonly log: Logger;
  readonly now: () => number;
};
