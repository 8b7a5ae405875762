import type { ChatRequest } from '@lathe/contracts/http/chat';
import { useEffect, useRef, useState } from 'preact/hooks';
import { streamAnswer } from './stream-answer.ts';
import { type Answer, messagesOf, noAnswer, type Turn } from './turn.ts';

/** Conversations by model. */
type Threads = Readonly<Record<string, readonly Turn[]>>;

type Asked = {
  readonly models: readonly string[];
  readonly system: string;
  readonly question: string;
  readonly body: Omit<ChatRequest, 'model' | 'messages'>;
};

export type Talk = {
  readonly threads: Threads;
  /** Asks all models at once. Resolves when the last has answered. */
  readonly send: (asked: Asked) => Promise<void>;
  readonly stop: () => void;
  readonly clear: () => void;
};

/** Conversations with several models, which are asked together and answer as they can. */
export function useThreads(): Talk {
  const [threads, setThreads] = useState<Threads>({});
  const controller = useRef(new AbortController());
  const stop = (): void => controller.current.abort();
  useEffect(() => stop, []);

  const send = async ({ models, system, question, body }: Asked): Promise<void> => {
    stop();
    controller.current = new AbortController();
    const { signal } = controller.current;
    const show = (model: string, at: number, answer: Answer): void => {
      // Another conversation has begun meanwhile.
      if (controller.current.signal !== signal) return;
      setThreads((before) => ({
        ...before,
        [model]: [...(before[model] ?? []).slice(0, at), { question, answer }],
      }));
    };
    await Promise.all(
      models.map(async (model) => {
        const turns = threads[model] ?? [];
        show(model, turns.length, noAnswer);
        const messages = messagesOf(system, turns, question);
        for await (const answer of streamAnswer({ ...body, model, messages }, signal))
          show(model, turns.length, answer);
      }),
    );
  };
  const clear = (): void => {
    stop();
    controller.current = new AbortController();
    setThreads({});
  };
  return { threads, send, stop, clear };
}
