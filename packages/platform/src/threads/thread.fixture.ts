/** For tests: a thread that works on tasks named by words. */
import { LatheError } from '@lathe/contracts/error';
import { Handed, serveTasks } from './serve-tasks.ts';

serveTasks((task) => {
  const [word, rest] = task as [string, unknown];
  switch (word) {
    case 'echo':
      return rest;
    case 'bytes':
      return new Handed(rest, [(rest as Uint8Array<ArrayBuffer>).buffer]);
    case 'refuse':
      throw new LatheError('invalid_value', 'No.', { param: 'x', cause: new Error('why') });
    case 'fail':
      throw Object.assign(new Error('odd folder'), { name: 'OddError' });
    case 'compute':
      for (;;);
    case 'wait':
      // Nothing else happens in this thread, and it takes no processor.
      Atomics.wait(rest as Int32Array, 0, 0);
      return 'waited';
    default:
      process.exit(3);
  }
});
