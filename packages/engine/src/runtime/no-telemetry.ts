import { isMainThread } from 'node:worker_threads';

/** While this is 1 when ONNX Runtime opens its first session, it sends nothing and leaves no file behind. */
const name = 'ORT_DISABLE_TELEMETRY';

// A thread has a copy of the environment, and only the process's own is seen by native code.
if (!isMainThread && process.env[name] !== '1')
  throw new Error(`Set ${name}=1 in the process before a thread of it loads ONNX Runtime.`);
process.env[name] = '1';
