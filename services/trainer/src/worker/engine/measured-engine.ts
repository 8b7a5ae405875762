import type { Metrics } from '@lathe/platform/metrics';
import type { StartEngine } from './engine-process.ts';

/** Starts engines whose steps and lives are counted. */
export function measuredEngine(start: StartEngine, metrics: Metrics): StartEngine {
  let running = 0;
  const tell = (): void => metrics.set('lathe_training_runs', {}, running);
  tell();
  return (task, handlers) => {
    running++;
    tell();
    return start(task, {
      onMessage: (message) => {
        const steps = message.kind === 'steps' ? message.steps : [];
        for (const { seconds, tokens } of steps) {
          metrics.observe('lathe_training_step_seconds', {}, seconds);
          metrics.count('lathe_training_tokens_total', {}, tokens);
        }
        handlers.onMessage(message);
      },
      onEnd: (end) => {
        running--;
        tell();
        handlers.onEnd(end);
      },
    });
  };
}
