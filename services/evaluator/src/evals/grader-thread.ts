/** Program of the threads that grade answers: graders.ts starts them and talks to them. */
import { beginGrading } from '@lathe/graders/begin';
import { serveTasks } from '@lathe/platform/threads/serve-tasks';
import type { GradingTask } from './graders.ts';

serveTasks((task) => {
  // It comes from this very process.
  const { grader, answered, limits } = task as GradingTask;
  return beginGrading(grader, answered, limits);
});
