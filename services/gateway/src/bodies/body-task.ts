import type { AliasRequest } from '@lathe/contracts/http/alias';
import type { CreateBatch } from '@lathe/contracts/http/batch';
import type { DatasetRequest } from '@lathe/contracts/http/dataset';
import type { EmbeddingRequest } from '@lathe/contracts/http/embedding';
import type { CreateEval, UpdateEval } from '@lathe/contracts/http/eval';
import type { CreateExport } from '@lathe/contracts/http/export';
import type { CreateJob } from '@lathe/contracts/http/fine-tuning';
import type { CheckGrader, RunGrader } from '@lathe/contracts/http/grader';
import type { InspectRequest } from '@lathe/contracts/http/inspection';
import type { CreateKey } from '@lathe/contracts/http/key';
import type { PipelineKind } from '@lathe/contracts/http/pipeline';
import type {
  CompletionDataset,
  FeedbackRequest,
  KeptCompletion,
} from '@lathe/contracts/http/stored-completion';
import type { CompleteUpload, CreateUpload } from '@lathe/contracts/http/upload';
import type { Asked } from '@lathe/contracts/message/prediction';
import type { Handover } from '@lathe/platform/nats/ask-evaluators';
import type { Imported } from '../imports/imported.ts';
import type { ReadRun } from './eval-requests.ts';

/** A body to read; `project` and `requestId` are put into what is handed on. */
export type BodyTask = BodyOf &
  (
    | { readonly kind: Exclude<keyof BodyResults, 'pipeline' | 'eval-import'> }
    | { readonly kind: 'eval-import'; readonly runsPython: boolean }
    | {
        readonly kind: 'pipeline';
        readonly model: string;
        /** Those that the model answers as. */
        readonly pipelines: readonly PipelineKind[];
      }
  );
type BodyOf = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly project: string;
  readonly requestId: string;
};

/** Of a chat or completion request, what its answer depends on; `choices` of all prompts together. */
export type ReadChat = Handover & {
  readonly isStreamed: boolean;
  readonly includeUsage: boolean;
  readonly choices: number;
  readonly logprobs: boolean;
  /** What is to be kept with the answer; undefined where nothing is. */
  readonly toStore?: ToStore | undefined;
};

/** Of a chat request with `store: true`. */
export type ToStore = Pick<KeptCompletion, 'messages' | 'asked'> & {
  readonly metadata: Record<string, string> | null;
};

/** Of an embedding request, what its answer depends on. */
export type ReadEmbedding = Handover & {
  readonly inputs: number;
  readonly encoding: NonNullable<EmbeddingRequest['encoding_format']>;
};

/** Of a request for predictions, what its answer depends on. */
export type ReadPrediction = Handover & {
  readonly kind: Asked['kind'];
  readonly inputs: number;
  readonly isList: boolean;
  readonly param: string;
  /** How many answers a question has; null: as many as there are. */
  readonly topK: number | null;
  /** Of a rerank: how many are told, and the documents where they are to come back. */
  readonly rerank?: { readonly top: number; readonly documents: readonly string[] | null };
};

/** A create request, and the hash of what it says, in whatever order. */
export type ReadJob = { readonly body: CreateJob; readonly hash: string };

/** An import, and the model that is to be asked. */
export type ReadImport = Imported & { readonly model: string };

/** What comes of each kind of body that evaluators answer, and that says itself what is asked. */
export type AskedResults = {
  readonly chat: ReadChat;
  readonly completion: ReadChat;
  readonly embedding: ReadEmbedding;
  readonly classify: ReadPrediction;
  readonly score: ReadPrediction;
  readonly rerank: ReadPrediction;
  readonly moderation: ReadPrediction;
};

/** What comes of each kind of body. */
export type BodyResults = AskedResults & {
  readonly job: ReadJob;
  readonly inspect: InspectRequest;
  readonly dataset: DatasetRequest;
  readonly eval: CreateEval;
  readonly 'eval-update': UpdateEval;
  readonly 'eval-run': ReadRun;
  readonly 'eval-import': ReadImport;
  readonly 'grader-check': CheckGrader;
  readonly 'grader-run': RunGrader;
  readonly alias: AliasRequest;
  readonly key: CreateKey;
  readonly export: CreateExport;
  readonly batch: CreateBatch;
  readonly upload: CreateUpload;
  readonly 'upload-completion': CompleteUpload;
  readonly 'completion-update': { readonly metadata: Record<string, string> | null };
  readonly feedback: FeedbackRequest;
  readonly 'completion-dataset': CompletionDataset;
  readonly pipeline: ReadPrediction;
};
