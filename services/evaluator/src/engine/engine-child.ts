/** Program of the engine process: engine-process.ts forks it and talks to it. */

import { cpuDevice } from '@lathe/engine/cpu';
import { cpuSessions } from '@lathe/engine/cpu-binding';
import { requireFiniteWeights } from '@lathe/engine/finite';
import { openAnyModelFolder } from '@lathe/engine/model-folder';
import { PrefixMemory } from '@lathe/engine/prefix-memory';
import { yieldToEventLoops } from '@lathe/platform/priority';
import { type FromEngine, toEngineSchema } from './engine-message.ts';
import { createEngineServer } from './engine-server.ts';
import { createModelPool } from './model-pool.ts';
import { openPooledModel } from './pooled-model.ts';

yieldToEventLoops();
const send = (message: FromEngine): void => {
  process.send?.(message);
};

process.on('disconnect', () => process.exit(0));
process.once('message', (raw: unknown) => {
  const { data: configuration } = toEngineSchema.safeParse(raw);
  if (configuration?.kind !== 'configure') throw new Error('the first message must configure');
  const { threads, binding, kernels, chatSlots, evaluationSlots, prefixBytes } = configuration;
  const prefixes = prefixBytes === 0 ? undefined : new PrefixMemory(prefixBytes);
  // Whoever has a place is decoded: nobody waits a second time.
  const maxRows = chatSlots + evaluationSlots;
  const device = cpuDevice({ binding, kernels, ...(threads === 0 ? {} : { threads }) });
  void cpuSessions({ binding, kernels }).then(({ problem, kernelProblem }) => {
    for (const reason of [problem, kernelProblem])
      if (reason !== undefined) console.error(`ONNX Runtime serves in its usual way: ${reason}`);
  });
  const pool = createModelPool({
    openFolder: async (path) => {
      const opened = await openAnyModelFolder(path);
      await requireFiniteWeights(opened.tensors);
      return opened;
    },
    openModel: (opened, { folder, maxContext }) =>
      openPooledModel(opened, { folder, maxContext, maxRows, prefixes, device }),
    mostBytes: configuration.modelBytes,
    leave: (bytes) => prefixes?.leave(bytes),
    onChange: (models) => send({ kind: 'loaded', models }),
    onError: (error) => console.error(error),
  });
  const keptBytes = () => prefixes?.bytes ?? 0;
  process.on('message', createEngineServer({ pool, chatSlots, evaluationSlots, keptBytes, send }));
});
