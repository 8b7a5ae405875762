import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeShard } from '@lathe/contracts/artifact/shard';
import type { ChildEnd } from '@lathe/platform/child-process';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { expect, it } from 'vitest';
import { smallExamples } from '../../integration/cluster.fixture.ts';
import type { EngineTask, FromEngine } from './engine-message.ts';
import { createEngines } from './engine-process.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const sources = path('../../../../../packages/kernels/c');
const compiler = 'cc';
const hasCompiler = spawnSync(compiler, ['--version']).status === 0;
const why = hasCompiler ? '' : ' (skipped: no C compiler is here)';

/** The kernels with a product that ends the process. */
function plant(file: string): void {
  const others = readdirSync(sources).filter((name) => /\.c$/.test(name) && name !== 'product.c');
  const files = [...others.map((name) => join(sources, name)), path('planted-crash.fixture.c')];
  const flags = ['-std=c11', '-O1', '-shared', '-fPIC', '-I', sources, '-o', file];
  const { status, stderr } = spawnSync(compiler, [...flags, ...files, '-lm'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** Has a process find its kernels in another file. */
function hook(file: string): string {
  const library = `export const kernelLibrary = () => (${JSON.stringify({ file })});`;
  const found = `data:text/javascript,${encodeURIComponent(library)}`;
  const text = `import { registerHooks } from 'node:module';
registerHooks({ resolve: (name, context, next) => name === '@lathe/kernels/kernel-library'
  ? { url: ${JSON.stringify(found)}, shortCircuit: true } : next(name, context) });`;
  return `--import=data:text/javascript,${encodeURIComponent(text)}`;
}

it.runIf(hasCompiler)(
  `a crash in a kernel costs the run that it happens in, with its reason${why}`,
  async () => {
    await using folder = await tempFolder();
    const planted = join(folder.path, 'planted.so');
    plant(planted);
    const model = join(folder.path, 'model');
    await writeTinyModel(model);
    const shard = join(folder.path, 'train.shard');
    await writeFile(shard, encodeShard(smallExamples(8)));
    const limits = { startMs: 120_000, stepMs: 120_000, pingMs: 1000, restMs: 0 };
    const engines = createEngines(path('./engine-child.ts'), limits, {
      ...process.env,
      NODE_OPTIONS: hook(planted),
    });
    const run = async (kernels: EngineTask['kernels']) => {
      const messages: FromEngine[] = [];
      const ended = Promise.withResolvers<ChildEnd>();
      engines.start(
        {
          ...{ modelFolder: model, start: null, trainShards: [shard], heldOutShards: [] },
          ...{ recipe: { epochs: 1, batchSize: 4 }, checkpointEvery: null, earlierScores: [] },
          ...{ outputFolder: join(folder.path, `${kernels}`), stateFolder: null, device: 'cpu' },
          ...{ threads: 1, binding: 'c-api', kernels, saveStateMs: 1e9, stepBatchMs: 0 },
          ...{ orphanMs: 1e9, restBytes: 0 },
        },
        { onMessage: (message) => void messages.push(message), onEnd: ended.resolve },
      );
      return { end: await ended.promise, last: messages.at(-1) };
    };
    const [crashed, other] = await Promise.all([run('auto'), run('off')]);
    expect(crashed.end).toMatchObject({ kind: 'exited', how: 'it got SIGABRT' });
    expect(other.last?.kind).toBe('finished');
    await engines.stop();
  },
);
