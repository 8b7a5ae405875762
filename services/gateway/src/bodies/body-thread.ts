/** Program of the threads that read large bodies: bodies.ts starts them and talks to them. */
import { Handed, serveTasks } from '@lathe/platform/threads/serve-tasks';
import type { BodyTask } from './body-task.ts';
import { readBody } from './read-body.ts';

serveTasks((task) => {
  // It comes from this very process.
  const read = readBody(task as BodyTask);
  return 'payload' in read ? new Handed(read, [read.payload.buffer]) : read;
});
