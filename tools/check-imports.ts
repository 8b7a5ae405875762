/** Refuses an import that goes against the one-way order of packages and services. */
import { globSync, readFileSync } from 'node:fs';

const allowed: Record<string, readonly string[]> = {
  recipe: [],
  contracts: ['recipe'],
  tokenizer: [],
  engine: ['recipe', 'tokenizer'],
  platform: ['contracts'],
  testkit: ['recipe', 'contracts', 'platform', 'tokenizer', 'engine'],
  gateway: ['recipe', 'contracts', 'platform', 'tokenizer'],
  ingest: ['recipe', 'contracts', 'platform', 'tokenizer'],
  trainer: ['recipe', 'contracts', 'platform', 'tokenizer', 'engine'],
  evaluator: ['recipe', 'contracts', 'platform', 'tokenizer', 'engine'],
};
/** Third-party packages that only one place may know. */
const owners: Record<string, readonly string[]> = {
  'onnxruntime-node': ['engine'],
  minio: ['platform'],
  '@grpc/grpc-js': ['trainer'],
};
/** The one file that may load a package, because it sets something before. */
const doors: Record<string, string> = {
  'onnxruntime-node': 'packages/engine/src/runtime/onnxruntime.ts',
};

const problems: string[] = [];
for (const file of globSync('{packages,services}/*/src/**/*.ts')) {
  const [, place = ''] = file.split('/');
  const isTest = /\.(test|fixture)\.ts$|\/conformance\.ts$|-fixture\.ts$/.test(file);
  const text = readFileSync(file, 'utf8');
  for (const match of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    const target = match[1] ?? '';
    const name = target.startsWith('@lathe/') ? (target.split('/')[1] ?? '') : undefined;
    if (name !== undefined && name !== place && !(isTest && name === 'testkit')) {
      if (!allowed[place]?.includes(name))
        problems.push(
          `${file}: ${place} may not import @lathe/${name}; move the shared part left (see README, the map)`,
        );
    }
    for (const [pkg, places] of Object.entries(owners)) {
      if (target === pkg && !places.includes(place) && place !== 'testkit')
        problems.push(`${file}: only ${places.join(', ')} may import ${pkg}`);
    }
    const door = doors[target];
    if (door !== undefined && door !== file)
      problems.push(`${file}: only ${door} may import ${target}; import from there`);
    if (
      (place === 'contracts' || place === 'recipe') &&
      !target.startsWith('.') &&
      !['zod', 'node:fs', 'vitest'].includes(target) &&
      name === undefined &&
      !isTest
    )
      problems.push(`${file}: ${place} may import zod only, not ${target}`);
  }
}
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
