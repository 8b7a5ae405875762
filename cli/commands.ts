import { classify } from './ask/classify.ts';
import { embed } from './ask/embed.ts';
import { chat } from './chat/chat.ts';
import type { Command } from './command/command.ts';
import { completionOf } from './completion/completion.ts';
import { dataConvert } from './data/convert.ts';
import { dataInspect } from './data/inspect.ts';
import { doctor } from './doctor/doctor.ts';
import { evalCreate, evalList, evalResults, evalRun } from './evals/eval-commands.ts';
import {
  jobsCancel,
  jobsList,
  jobsPause,
  jobsResume,
  jobsShow,
  jobsWatch,
} from './jobs/job-commands.ts';
import { logs } from './jobs/logs.ts';
import { keysCreate, keysList, keysRevoke } from './keys/key-commands.ts';
import { lineage } from './lineage/lineage.ts';
import { modelsExport } from './models/export.ts';
import { modelsImport, modelsPull } from './models/local-models.ts';
import { modelsDelete, modelsList, modelsShow } from './models/model-commands.ts';
import { down } from './platform/down.ts';
import { openPage } from './platform/open.ts';
import { up } from './platform/up.ts';
import {
  profilesAdd,
  profilesList,
  profilesRemove,
  profilesUse,
} from './profiles/profile-commands.ts';
import { report } from './report/report.ts';
import { tune } from './tune/tune.ts';
import { usage } from './usage/usage.ts';

/** In the order in which a newcomer needs them. */
const named: readonly Command[] = [
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
  report,
  chat,
  classify,
  embed,
  modelsList,
  modelsShow,
  modelsPull,
  modelsImport,
  modelsExport,
  modelsDelete,
  lineage,
  dataInspect,
  dataConvert,
  evalCreate,
  evalList,
  evalRun,
  evalResults,
  usage,
  keysList,
  keysCreate,
  keysRevoke,
  profilesList,
  profilesAdd,
  profilesUse,
  profilesRemove,
  doctor,
  openPage,
];

/** Every command: help, completion and docs/cli.md are made of it. */
export const commands: readonly Command[] = [...named, completionOf(named)];
