/**
 * Makes deploy/k8s/schemas/generated: strict JSON Schemas of the kinds that the manifests use, so
 * that `npm run check:k8s` needs no network. Run it by hand to move to another Kubernetes version:
 *
 *     node tools/k8s/make-schemas.ts [folder with schemas of custom resources]
 *
 * Core kinds come from the OpenAPI document in the Go module of Kubernetes; it is made strict
 * (no unknown keys) and short (no descriptions). Custom resources are taken from the folder given.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closureOf, type JsonSchema, strictSchema, withoutProse } from './strict-schema.ts';

const kubernetesVersion = 'v1.36.3';
const target = fileURLToPath(new URL('../../deploy/k8s/schemas/generated', import.meta.url));
/** OpenAPI document, then the kinds in it; the first word of a definition's name is its package. */
const coreKinds: readonly [document: string, definitions: string, kinds: readonly string[]][] = [
  [
    'api__v1',
    'io.k8s.api.core.v1',
    ['Namespace', 'Service', 'ServiceAccount', 'ConfigMap', 'Secret', 'ResourceQuota'],
  ],
  ['apis__apps__v1', 'io.k8s.api.apps.v1', ['Deployment', 'StatefulSet']],
  ['apis__autoscaling__v2', 'io.k8s.api.autoscaling.v2', ['HorizontalPodAutoscaler']],
  ['apis__networking.k8s.io__v1', 'io.k8s.api.networking.v1', ['NetworkPolicy']],
  ['apis__policy__v1', 'io.k8s.api.policy.v1', ['PodDisruptionBudget']],
];
const customKinds = [
  'keda.sh/scaledjob_v1alpha1',
  'monitoring.coreos.com/podmonitor_v1',
  'monitoring.coreos.com/servicemonitor_v1',
] as const;

type Document = { components: { schemas: Record<string, JsonSchema> } };

function openApiFolder(): string {
  const download = execFileSync(
    'go',
    ['mod', 'download', '-json', `k8s.io/kubernetes@${kubernetesVersion}`],
    { encoding: 'utf8' },
  );
  const { Dir } = JSON.parse(download) as { Dir: string };
  return join(Dir, 'api', 'openapi-spec', 'v3');
}

/** One definition a line: readable differences without the length of indented JSON. */
function text(schema: JsonSchema): string {
  const { definitions = {}, ...rest } = schema as JsonSchema & {
    definitions?: Record<string, JsonSchema>;
  };
  const lines = Object.entries(definitions)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, definition]) => `${JSON.stringify(name)}: ${JSON.stringify(definition)}`);
  const head = JSON.stringify(rest).slice(0, -1);
  return `${head},\n"definitions": {\n${lines.join(',\n')}\n}}\n`;
}

function write(name: string, schema: JsonSchema): void {
  const file = join(target, `${name}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text(schema));
}

const specifications = openApiFolder();
for (const [document, definitions, kinds] of coreKinds) {
  const { components } = JSON.parse(
    readFileSync(join(specifications, `${document}_openapi.json`), 'utf8'),
  ) as Document;
  for (const kind of kinds) {
    const name = `${definitions}.${kind}`;
    const [, group = '', version = ''] = /^apis?__(?:(.*)__)?(v\w+)$/.exec(document) ?? [];
    const apiVersion = group === '' ? version : `${group}/${version}`;
    const root = strictSchema(components.schemas[name] as JsonSchema, { apiVersion, kind });
    const reached = closureOf(root, components.schemas);
    write(`${group === '' ? version : group}/${kind.toLowerCase()}_${version}`, {
      $schema: 'http://json-schema.org/draft-07/schema#',
      ...root,
      definitions: Object.fromEntries(
        [...reached].map((each) => [each, strictSchema(components.schemas[each] as JsonSchema)]),
      ),
    });
  }
}
const customFolder = process.argv[2];
if (customFolder !== undefined)
  for (const name of customKinds) {
    const file = join(customFolder, `${name}.json`);
    if (!existsSync(file)) throw new Error(`${file} is missing.`);
    write(name, withoutProse(JSON.parse(readFileSync(file, 'utf8')) as JsonSchema));
  }
