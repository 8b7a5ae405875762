/** A thread that updates its share of the parameters; update-thread.ts starts it and talks to it. */
import { parentPort, workerData } from 'node:worker_threads';
import { createOptimizer } from '../optim/create-optimizer.ts';
import { allocateState } from '../optim/flat-state.ts';
import { gradientSums, hostMembers, kernelsFor } from './host-members.ts';
import type { FromUpdateThread, ThreadTask, ToUpdateThread } from './update-thread.ts';

const { state, optimizer: settings, names } = workerData as ThreadTask;
const optimizer = createOptimizer(settings);
const own = new Set(names);
// Views of the memory itself: kernels know the places of no others.
const { buffers } =
  state.memory === undefined ? state : allocateState(state.groups, optimizer, state.memory);
const members = hostMembers({ ...state, buffers }, optimizer).filter(({ name }) => own.has(name));
const sums = gradientSums(members, optimizer, kernelsFor(state));
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
