/** Program of the threads that read rows: rows.ts starts them and talks to them. */
import { serveTasks } from '@lathe/platform/threads/serve-tasks';
import { createRowWork } from './row-work.ts';

serveTasks(createRowWork());
