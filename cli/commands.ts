import { chat } from './chat/chat.ts';
import type { Command } from './command/command.ts';
import {
  jobsCancel,
  jobsList,
  jobsPause,
  jobsResume,
  jobsShow,
  jobsWatch,
} from './jobs/job-commands.ts';
import { logs } from './jobs/logs.ts';
import { down } from './platform/down.ts';
import { up } from './platform/up.ts';
import { tune } from './tune/tune.ts';

/** Every command, in the order in which a newcomer needs them: help, completion and docs/cli.md are made of it. */
export const commands: readonly Command[] = [
  up,
  down,
  tune,
  jobsList,
  jobsShow,
  jobsWatch,
  jobsCancel,
  jobsPause,
  jobsResume,
  logs,
  chat,
];
