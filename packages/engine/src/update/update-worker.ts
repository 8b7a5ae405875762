/** A thread that updates its share of the parameters; update-thread.ts starts it and talks to it. */
import { parentPort, workerData } from 'node:worker_threads';
import { createOptimizer } from '../optim/create-optimizer.ts';
import { allocateState } from '../optim/flat-state.ts';
import type { LentPlace } from '../runtime/lent-memory.ts';
import { gradientSums, hostMembers } from './host-members.ts';
import { receivedGradient } from './sent-gradient.ts';
import { kernelsFor } from './update-kernels.ts';
import type { FromUpdateThread, ThreadTask, ToUpdateThread } from './update-thread.ts';

const { state, optimizer: settings, names, lends, library } = workerData as ThreadTask;
// Only where a device lends: the library that sees its memory is not there on every system.
const native = lends ? await import('../runtime/c-api/library.ts') : undefined;
const memoryAt = ({ address, byteLength }: LentPlace): ArrayBuffer => {
  if (native === undefined) throw new Error('a gradient was lent that was not to be');
  return native.memoryAt(address, byteLength);
};
const optimizer = createOptimizer(settings);
const own = new Set(names);
// Views of the memory itself: kernels know the places of no others.
const { buffers } =
  state.memory === undefined ? state : allocateState(state.groups, optimizer, state.memory);
const members = hostMembers({ ...state, buffers }, optimizer).filter(({ name }) => own.has(name));
const sums = gradientSums(members, optimizer, await kernelsFor(state, library));
const answer = (message: FromUpdateThread): void => parentPort?.postMessage(message);

parentPort?.on('message', (message: ToUpdateThread) => {
  switch (message.kind) {
    case 'gradients':
      sums.take(
        message.gradients.map((gradient) => receivedGradient(gradient, memoryAt)),
        message.isFirst,
      );
      answer({ kind: 'squares', squares: message.isLast ? sums.squares() : [] });
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
