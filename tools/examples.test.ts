import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..');

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

type Door = {
  readonly name: string;
  readonly exported: readonly string[];
  readonly codes: string[];
};

/** The doors of every package: how an import says each, what it exports, and its examples. */
const doors = globSync('packages/*/package.json', { cwd: root }).flatMap((manifest) => {
  const { name, exports } = JSON.parse(readFileSync(path.join(root, manifest), 'utf8'));
  return Object.entries(exports as Record<string, string>)
    .filter(([door]) => !door.startsWith('./internal/'))
    .flatMap(([door, target]) => {
      const pattern = path.join(path.dirname(manifest), target);
      return globSync(pattern, { cwd: root, exclude: ['**/*.test.ts'] }).map((file): Door => {
        const text = readFileSync(path.join(root, file), 'utf8');
        const exported = text.matchAll(
          /^export (?:async )?(?:abstract )?(?:function\*? ?|const |class |type |interface )(\w+)/gm,
        );
        const codes = text.matchAll(/^ \* @example((?:.*\n \*(?!\/))*.*\n) \*\//gm);
        return {
          name: `${name}${door.slice(1)}`.replace('*', path.basename(file, '.ts')),
          exported: [...exported].map(([, each = '']) => each),
          codes: [...codes].map(([, code = '']) => code.replaceAll(/^ \* ?/gm, '').trim()),
        };
      });
    });
});

it('has an example at every door, in a folder of doors at one of them', () => {
  const open = new Map<string, boolean>();
  for (const { name, codes } of doors) {
    // contracts' folders are doors as a whole.
    const door = name.replace(/^(@lathe\/contracts\/\w+)\/.*/, '$1');
    open.set(door, open.get(door) === true || codes.length > 0);
  }
  expect([...open].filter(([, has]) => !has).map(([door]) => door)).toEqual([]);
});

it('compiles every example', () => {
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
      writeFileSync(path.join(folder, file), `${namesOf(code, door)}\n${code}\n`);
    }
  const tsc = path.join(root, 'node_modules/.bin/tsc');
  expect(spawnSync(tsc, ['-p', folder], { encoding: 'utf8' }).stdout).toBe('');
});

/** Declares what an example names and does not make: from its own door, else as given, else from the door that has it. */
function namesOf(code: string, own: Door): string {
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
