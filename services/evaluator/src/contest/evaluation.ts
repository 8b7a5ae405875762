import type { DatasetManifest } from '@lathe/contracts/artifact/dataset';
import type { Grader } from '@lathe/contracts/http/grader';
import type { JobRecord } from '@lathe/contracts/job/record';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Logger } from '@lathe/platform/log';
import type { ModelServer } from '@lathe/platform/model-servers';
import type { Engine } from '../engine/engine.ts';
import type { ServedModel } from '../models/models.ts';
import type { EvaluatorSettings } from '../settings.ts';
import type { Texts } from '../texts/texts.ts';

/** A model behind a server that the operator allows. */
export type InvitedServer = { readonly server: ModelServer; readonly model: string };

export type Invited = {
  readonly models: readonly ServedModel[];
  readonly servers: readonly InvitedServer[];
  readonly notes: readonly string[];
};

/** What contestants may look things up in and by, beside training rows and words, and why some of it is left out. */
export type Looking = {
  /** Whose vectors are compared. */
  readonly model?: ServedModel;
  readonly passages: readonly string[];
  readonly notes: readonly string[];
};

export type EvaluateInput = {
  readonly job: Pick<
    JobRecord,
    'id' | 'project' | 'seed' | 'model' | 'options' | 'settings' | 'grader'
  >;
  readonly dataset: DatasetManifest;
  readonly base: ServedModel;
  /** The base as everybody asks it, whatever the job's rows are. */
  readonly plainBase: ServedModel;
  readonly tuned: ServedModel;
  /** The tuned model that the job went on from. */
  readonly start?: ServedModel | undefined;
  /** Other models that the job names, and why some of them take no part. */
  readonly invited?: Invited;
  readonly looking?: Looking;
};

/** Grades answers in their order: a reward, or undefined where none could be given. Throws what may succeed at another time. */
export type GradeAnswers = (
  asked: {
    readonly project: string;
    readonly grader: Grader;
    readonly answers: readonly { readonly item: unknown; readonly answer: string }[];
  },
  signal: AbortSignal,
) => Promise<readonly (number | undefined)[]>;

/** What became of an eval of the project that models were asked, each in turn, or why it was not asked. */
export type EvalAnswers =
  | { readonly note: string }
  | {
      readonly name: string;
      readonly runId: string;
      /** Lines of the rows that were asked. */
      readonly lines: readonly number[];
      /** Of each model in turn whether it passed each of them; undefined for a row that could not be asked or judged. */
      readonly passed: readonly (readonly (boolean | undefined)[])[];
    };

/** Asks models the rows of an eval, and judges what they say. Throws what may succeed at another time. */
export type AskEval = (
  asked: {
    readonly project: string;
    readonly evalId: string;
    readonly models: readonly ServedModel[];
    /** Rows that are asked at most. */
    readonly mostRows: number;
  },
  asking: Pick<EvaluatePorts, 'signal' | 'onProgress'>,
) => Promise<EvalAnswers>;

export type EvaluatePorts = {
  readonly grade: GradeAnswers;
  readonly askEval: AskEval;
  readonly artifacts: ArtifactStore;
  readonly engine: Engine;
  readonly texts: Texts;
  readonly settings: EvaluatorSettings;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Told after each answer: who answered, how many of how many. */
  readonly onProgress: (contestant: string, done: number, total: number) => void;
  /** Told once all have answered: what follows is silent, and may take minutes. */
  readonly onJudging: (trainingRows: number) => void;
};

/** Whether the tuned model has a tokenizer that was learnt for it, so that its tokens are none of the base model's. */
export function hasOwnTokens({ options: { adaptation } }: Pick<JobRecord, 'options'>): boolean {
  return adaptation?.type === 'full' && adaptation.tokenizer !== undefined;
}
