import type { EngineTask } from './engine-message.ts';
import { openPolicy, type PolicyLink } from './open-policy.ts';
import { openTrainer } from './open-trainer.ts';
import type { LoopTrainer } from './train-loop.ts';

/** Opens what a task trains with: from the answers in its rows, or from the rewards of its own. Throws what they throw. */
export function openRun(task: EngineTask, link: PolicyLink): Promise<LoopTrainer> {
  return task.recipe.reinforcement === undefined
    ? openTrainer(task, link.send)
    : openPolicy(task, link);
}
