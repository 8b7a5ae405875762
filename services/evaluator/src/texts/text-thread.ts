/** Program of the threads that work on texts: texts.ts starts them and talks to them. */
import { serveTasks } from '@lathe/platform/threads/serve-tasks';
import { createTextWork } from './text-work.ts';

serveTasks(createTextWork());
