/** For tests: a thread, or a process that is shut in, that works on tasks named by words. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
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
    case 'read':
      return readFileSync(String(rest), 'utf8').length;
    case 'write':
      return writeFileSync(String(rest), 'x');
    case 'start':
      return spawnSync(String(rest)).status;
    case 'variables':
      return Object.keys(process.env);
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
