import type { EmbeddingRequest } from '@lathe/contracts/http/embedding';
import type { CreateJob } from '@lathe/contracts/http/fine-tuning';
import type { Envelope } from '@lathe/contracts/message/envelope';

/** A body to read; `project` and `requestId` are put into what is handed on. */
export type BodyTask = {
  readonly kind: 'chat' | 'embedding' | 'job';
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly project: string;
  readonly requestId: string;
};

/** A message for the evaluators, ready to be sent. */
export type Handover = { readonly envelope: Envelope; readonly payload: Uint8Array<ArrayBuffer> };

/** Of a chat request, what its answer depends on. */
export type ReadChat = Handover & {
  readonly isStreamed: boolean;
  readonly includeUsage: boolean;
  readonly choices: number;
  readonly logprobs: boolean;
};

/** Of an embedding request, what its answer depends on. */
export type ReadEmbedding = Handover & {
  readonly inputs: number;
  readonly encoding: NonNullable<EmbeddingRequest['encoding_format']>;
};

/** A create request, and the hash of what it says, in whatever order. */
export type ReadJob = { readonly body: CreateJob; readonly hash: string };

/** What comes of each kind of body. */
export type BodyResults = {
  readonly chat: ReadChat;
  readonly embedding: ReadEmbedding;
  readonly job: ReadJob;
};
