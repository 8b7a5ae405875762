import type { Nats } from '@lathe/platform/nats/connection';
import type { AskModel } from '../data-ports.ts';
import { askEvaluator } from './ask-evaluator.ts';
import { askServer } from './ask-server.ts';

export type AskSettings = {
  /** The one server besides Lathe that may be asked; null: none. */
  readonly writerUrl: string | null;
  readonly writerKey: string | null;
  readonly requestTimeoutMs: number;
  readonly inferenceTimeoutMs: number;
};

/** Asks Lathe's evaluators, or the server that the operator allows where a question names it. */
export function createAskModel(nats: Nats['connection'], settings: AskSettings): AskModel {
  return (question, asking) =>
    question.url === undefined
      ? askEvaluator(nats, settings, { question, ...asking })
      : askServer(settings, { question, url: question.url, ...asking });
}
