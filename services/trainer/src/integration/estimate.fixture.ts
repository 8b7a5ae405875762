/** The thread that estimates for the slow engine: what `LATHE_TEST_ENGINE` says, or it dies. */
import { serveTasks } from '@lathe/platform/threads/serve-tasks';
import { noNeeds } from '../worker/engine/estimates.ts';
import { slowEngineHabits } from './slow-engine-math.fixture.ts';

const { memoryBytes } = slowEngineHabits.parse(JSON.parse(process.env.LATHE_TEST_ENGINE ?? '{}'));

serveTasks(() =>
  memoryBytes == null
    ? process.exit(3)
    : { ...noNeeds, memoryBytes, modelBytes: 100, stateBytes: 300 },
);
