/** Program of the thread that judges an evaluation: judging.ts starts it and talks to it. */
import { serveTasks } from '@lathe/platform/threads/serve-tasks';
import { type JudgeInput, judge } from './judge.ts';

serveTasks((input) => judge(input as JudgeInput));
