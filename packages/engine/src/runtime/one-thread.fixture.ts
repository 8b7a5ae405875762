/**
 * Set-up of the project `computing` of vitest.config.ts: a session whose threads nobody named has one. On tiny tensors several threads mostly
 * look for work, a third of all the time that these tests took; what they do to results is tested where sessions have as many as users' do.
 */
import { InferenceSession } from './onnxruntime.ts';

type Create = (
  model: Uint8Array,
  options?: InferenceSession.SessionOptions,
) => Promise<InferenceSession>;

const done = Symbol.for('lathe.one-thread');
// A process that runs many files comes here once for each.
if (!(done in InferenceSession)) {
  const create: Create = InferenceSession.create.bind(InferenceSession);
  const withOne: Create = (model, options) => create(model, { intraOpNumThreads: 1, ...options });
  Object.assign(InferenceSession, { create: withOne, [done]: true });
}
