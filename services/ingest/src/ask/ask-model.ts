import type { ModelServer } from '@lathe/platform/model-servers';
import { allowedServer } from '@lathe/platform/model-servers/allowed';
import { askServer } from '@lathe/platform/model-servers/ask';
import type { Nats } from '@lathe/platform/nats/connection';
import type { AskModel } from '../data-ports.ts';
import { askEvaluator } from './ask-evaluator.ts';

export type AskSettings = {
  /** The servers besides Lathe that may be asked. */
  readonly modelServers: readonly ModelServer[];
  readonly modelServerTimeoutMs: number;
  readonly modelServerAttempts: number;
  readonly requestTimeoutMs: number;
  readonly inferenceTimeoutMs: number;
};

/** How often the work says that it still waits. */
const beatMs = 2000;

/** Asks Lathe's evaluators, or a server that the operator allows where a question names it. */
export function createAskModel(nats: Nats['connection'], settings: AskSettings): AskModel {
  return async (question, { signal, progress }) => {
    const { url, model, prompt, maxTokens, schema } = question;
    if (url === undefined) return askEvaluator(nats, settings, { question, signal, progress });
    const param = 'convert.writer.url';
    const server = allowedServer(settings.modelServers, { url, param });
    const beat = setInterval(progress, beatMs);
    try {
      const messages = [{ role: 'user', content: prompt }];
      const asked = { model, messages, maxTokens, schema: { name: 'pairs', schema } };
      const { modelServerTimeoutMs: timeoutMs, modelServerAttempts: attempts } = settings;
      return (await askServer(server, asked, { timeoutMs, attempts, signal, param })).text;
    } finally {
      clearInterval(beat);
    }
  };
}
