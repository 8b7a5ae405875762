/** A thread that updates its share of the parameters; update-thread.ts starts it and talks to it. */
import { parentPort, workerData } from 'node:worker_threads';
import { createOptimizer } from '../optim/optimizer.ts';
import { gradientSums, hostMembers } from './host-members.ts';
import type { FromUpdateThread, ThreadTask, ToUpdateThread } from './update-thread.ts';

const { state, optimizer: settings, names } = workerData as ThreadTask;
const optimizer = createOptimizer(settings);
const own = new Set(names);
const members = hostMembers(state, optimizer).filter(({ name }) => own.has(name));
const sums = gradientSums(members, optimizer);
const answer = (message: FromUpdateThread): void => parentPort?.postMessage(message);

parentPort?.on('message', (message: ToUpdateThread) => {
  switch (message.kind) {
    case 'gradients':
      sums.take(message.gradients, message.isFirst);
      if (message.isLast) answer({ kind: 'squares', squares: sums.squares() });
      return;
    case 'update':
      sums.update(message.numbers);
      sums.drop();
      answer({ kind: 'updated' });
      return;
    case 'drop':
      sums.drop();
  }
});
