import type { Pooling } from '@lathe/engine/sentence-folder';
import type { FolderTask } from '@lathe/engine/task-head';
import type { taskSchema } from '@lathe/recipe/task';
import type { z } from 'zod';

/** What a model can be asked, with what its answers are made of. `states`: an encoder that was taught nothing. */
export type ServedTask =
  | { readonly type: 'generation' | 'states' | 'question-answering' | 'masked-lm' }
  /** `isChat`: it judges conversations, as the chat template writes them. */
  | { readonly type: 'reward'; readonly isChat: boolean }
  | {
      readonly type: 'classification';
      readonly problem: 'single-label' | 'multi-label' | 'regression';
      readonly labels: readonly string[];
    }
  | { readonly type: 'token-classification'; readonly labels: readonly string[] }
  | { readonly type: 'embedding'; readonly pooling: Pooling };

/** A task as recipes and records have it. */
export type TaughtTask = z.infer<typeof taskSchema>;

type ModelTask = FolderTask['task'];

/** What is known of a folder's own task. */
export type FolderAbility = {
  /** Null: it writes text. */
  readonly task: ModelTask | null;
  /** How a folder of sentence-transformers makes one vector of a text; null: it is none. */
  readonly pooling: Pooling | null;
};

/**
 * What a model can be asked: what it was taught, as its record has it, with the labels of its folder where the record
 * names none; without a record what its folder says. `isChat`: its rows were conversations.
 */
export function servedTask(
  { task, pooling }: FolderAbility,
  taught: TaughtTask | undefined,
  { isChat }: { readonly isChat: boolean } = { isChat: false },
): ServedTask {
  switch (taught?.type) {
    case undefined:
      return pooling === null ? ownTask(task) : { type: 'embedding', pooling };
    case 'generation':
    case 'preference':
      return { type: 'generation' };
    case 'classification': {
      const own = ownTask(task);
      const known = own.type === 'classification' ? own : undefined;
      return {
        type: 'classification',
        problem: taught.problem ?? known?.problem ?? 'single-label',
        labels: taught.labels ?? known?.labels ?? [],
      };
    }
    case 'token-classification': {
      const own = ownTask(task);
      const labels = own.type === 'token-classification' ? own.labels : [];
      return { type: 'token-classification', labels: taught.labels ?? labels };
    }
    case 'embedding':
      return { type: 'embedding', pooling: taught.pooling };
    case 'reward':
      return { type: 'reward', isChat };
    case 'question-answering':
    case 'masked-lm':
      return { type: taught.type };
  }
}

function ownTask(task: ModelTask | null): ServedTask {
  switch (task?.kind) {
    case undefined:
      return { type: 'generation' };
    case 'feature-extraction':
      return { type: 'states' };
    case 'sequence-classification': {
      const { problem, labels } = task;
      return { type: 'classification', problem, labels: task.labelNames ?? named(labels) };
    }
    case 'token-classification':
      return { type: 'token-classification', labels: task.labelNames ?? named(task.labels) };
    case 'question-answering':
    case 'masked-lm':
      return { type: task.kind };
  }
}

/** The names that transformers gives labels without any. */
function named(count: number): string[] {
  return Array.from({ length: count }, (_, label) => labelName([], label));
}

/** The name of a label: as transformers calls it where there is none. */
export function labelName(labels: readonly string[], label: number): string {
  return labels[label] ?? `LABEL_${label}`;
}
