import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { type EventPorts, emitterOf } from '@lathe/platform/jobs';
import type { Logger } from '@lathe/platform/log';
import type { ModelServer } from '@lathe/platform/model-servers';
import type { Records } from '@lathe/platform/records';
import type { AskEval, GradeAnswers } from '../contest/evaluation.ts';
import type { Engine } from '../engine/engine.ts';
import type { ModelFiles } from '../models/model-files.ts';
import type { Models } from '../models/models.ts';
import type { EvaluatorSettings } from '../settings.ts';
import type { Texts } from '../texts/texts.ts';

/** What the evaluation of a job works with. */
export type EvaluationPorts = EventPorts & {
  readonly jobs: Records['jobs'];
  readonly artifacts: ArtifactStore;
  readonly models: Models;
  readonly modelServers: readonly ModelServer[];
  readonly files: ModelFiles;
  /** What clients uploaded. */
  readonly uploads: Records['files'];
  readonly engine: Engine;
  readonly texts: Texts;
  readonly settings: EvaluatorSettings;
  readonly log: Logger;
  readonly grade: GradeAnswers;
  readonly askEval: AskEval;
};

/** Tells an event of a job that is evaluated. */
export const emit = emitterOf('evaluate');
