/** Program of the processes that grade answers: grader-processes.ts starts them and talks to them. */
import { serveTasks } from '@lathe/platform/threads/serve-tasks';
import { beginGrading } from '../begin.ts';
import type { GradingTask } from './grader-processes.ts';

serveTasks((task) => {
  // It comes from the platform's own process.
  const { grader, answered, limits } = task as GradingTask;
  return beginGrading(grader, answered, limits);
});
