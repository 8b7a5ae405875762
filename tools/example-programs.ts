import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Door } from './example-doors.ts';

/** What an example may take as given, as the code around a call has it: types, by how an import says them. */
const given: Readonly<Record<string, string>> = {
  activationOps: 'typeof import("@lathe/engine/internal/ops/activation").activationOps',
  artifacts: 'import("@lathe/platform/artifacts/port").ArtifactStore',
  cleaning: 'import("@lathe/contracts/artifact/dataset").CleaningReport',
  config: 'import("@lathe/platform/config").Config',
  contestant: 'import("@lathe/contracts/artifact/report").Contestant',
  form: 'import("@lathe/tokenizer/tool-form").ToolForm',
  job: 'import("@lathe/contracts/job/record").JobRecord',
  log: 'import("@lathe/platform/log").Logger',
  manifest: 'import("@lathe/contracts/artifact/checkpoint").CheckpointManifest',
  metrics: 'import("@lathe/platform/metrics").Metrics',
  model: 'import("@lathe/engine/model-folder").ModelFolder',
  nats: 'import("@lathe/platform/nats/connection").Nats',
  report: 'import("@lathe/contracts/artifact/report").EvaluationReport',
  signal: 'AbortSignal',
  template: 'import("@lathe/tokenizer/rendered-chat").ChatTemplate',
  settings: 'import("@lathe/recipe/recipe").Recipe',
  text: 'string',
  tokenizer: 'import("@lathe/tokenizer/tokenizer").Tokenizer',
  trainer: 'import("@lathe/engine/trainer").Trainer<unknown>',
  vocabulary: 'import("@lathe/engine/constraint").Vocabulary',
  worker: 'import("@lathe/contracts/record/worker").WorkerRecord',
  workers: 'import("@lathe/contracts/record/worker").WorkerRecord[]',
};

/** Compiles the examples of doors as programs in `.out/examples` of `root`, and returns what tsc says of them; '' where nothing is wrong. */
export function compileExamples(root: string, doors: readonly Door[]): string {
  const folder = path.join(root, '.out/examples');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const settings = {
    extends: '../../tsconfig.json',
    include: ['*.ts'],
    exclude: [],
    compilerOptions: { verbatimModuleSyntax: false, tsBuildInfoFile: 'types.tsbuildinfo' },
  };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(settings));
  for (const door of doors)
    for (const [index, code] of door.codes.entries()) {
      const file = `${door.name.slice(1).replaceAll('/', '-')}-${index}.ts`;
      writeFileSync(path.join(folder, file), `${namesOf(code, door, doors)}\n${code}\n`);
    }
  const tsc = path.join(root, 'node_modules/.bin/tsc');
  return spawnSync(tsc, ['-p', folder], { encoding: 'utf8' }).stdout;
}

/** Declares what an example names and does not make: from its own door, else as given, else from the door that has it. */
function namesOf(code: string, own: Door, doors: readonly Door[]): string {
  const made = new Set(
    [...code.matchAll(/\bconst (\{[^}]*\}|\w+)/g)].flatMap(
      ([, names]) => names?.match(/\w+/g) ?? [],
    ),
  );
  const named = [...new Set(code.match(/\b\w+\b/g))].filter((name) => !made.has(name));
  return named
    .flatMap((name) => {
      const isGiven = !own.exported.includes(name) && given[name] !== undefined;
      if (isGiven) return [`declare const ${name}: ${given[name]};`];
      const door = [own, ...doors].find(({ exported }) => exported.includes(name));
      return door === undefined ? [] : [`import { ${name} } from '${door.name}';`];
    })
    .join('\n');
}
