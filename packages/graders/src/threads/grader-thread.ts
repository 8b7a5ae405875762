/** Program of the threads that grade answers: grader-threads.ts starts them and talks to them. */
import { serveTasks } from '@lathe/platform/threads/serve-tasks';
import { beginGrading } from '../begin.ts';
import type { GradingTask } from './grader-threads.ts';

serveTasks((task) => {
  // It comes from this very process.
  const { grader, answered, limits } = task as GradingTask;
  return beginGrading(grader, answered, limits);
});
