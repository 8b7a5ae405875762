/** Program of the thread that estimates: estimates.ts starts it and talks to it. */
import { serveTasks } from '@lathe/platform/threads/serve-tasks';
import { estimateTask } from './estimate-task.ts';
import type { PlacedEstimateTask } from './estimates.ts';

serveTasks((task) => estimateTask(task as PlacedEstimateTask));
