import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest, Problem } from './manifest.ts';

/** A pinned tool in .tools/bin, else from PATH. Throws an Error that names the cure when it is missing. */
export function findTool(root: string, name: string): string {
  const folders = [join(root, '.tools', 'bin'), ...(process.env.PATH ?? '').split(delimiter)];
  const found = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  if (found === undefined) throw new Error(`${name} is missing: run npm run setup.`);
  return found;
}

/** Folders under `k8s` that are applied as they are, such as `overlays/dev`. */
export function overlaysIn(k8s: string): string[] {
  return globSync('{overlays,combinations}/*/kustomization.yaml', { cwd: k8s })
    .map((file) => file.split(/[\\/]/).slice(0, -1).join('/'))
    .sort();
}

/** The YAML that an overlay renders to. Throws an Error with kustomize's message. */
export function render(kustomize: string, k8s: string, overlay: string): string {
  const { status, stdout, stderr } = spawnSync(kustomize, ['build', join(k8s, overlay)], {
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  if (status !== 0) throw new Error(`${overlay}: kustomize: ${stderr.trim()}`);
  return stdout;
}

export function parseManifests(yaml: string): Manifest[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as Manifest);
}

type Report = {
  resources?: {
    kind: string;
    name: string;
    status: string;
    msg: string;
  }[];
};

/** What kubeconform refuses, strictly and with no schemas but ours. */
export function checkSchemas(kubeconform: string, schemas: string, yaml: string): Problem[] {
  const template = '{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json';
  const args = ['-strict', '-output', 'json', '-schema-location', join(schemas, template)];
  let output: string;
  try {
    output = execFileSync(kubeconform, args, { input: yaml, encoding: 'utf8' });
  } catch (error) {
    // It exits with 1 when something is wrong and says what on standard output.
    output = (error as { stdout?: string }).stdout ?? '';
    if (output === '') throw error;
  }
  const { resources = [] } = JSON.parse(output) as Report;
  return resources
    .filter(({ status }) => status !== 'statusValid' && status !== 'statusSkipped')
    .flatMap(({ kind, name, msg }) => {
      const object = `${kind}/${name}`;
      // One line a place, with the places above it as lines of their own, which say nothing more.
      const places = [...msg.matchAll(/- at '([^']*)': (.*?)(?=\s+- at '|$)/g)]
        .map(([, path = '', cure = '']) => ({ object, path: dotted(path), cure }))
        .filter(({ cure }) => !/^(validation|\w+Of) failed$/.test(cure));
      return places.length > 0
        ? places
        : [{ object, path: 'schema', cure: msg.replaceAll('\n', ' ') }];
    });
}

function dotted(pointer: string): string {
  return pointer.replaceAll('/', '.').replace(/^\./, '') || 'object';
}
