/**
 * `npm run check:k8s [folder]`: renders every overlay and combination of deploy/k8s, validates it
 * without a network, and holds it against the rules in tools/k8s and the configuration schema.
 * Prints one line a problem, `overlay: object: path: what is wrong`, and exits 1 when there is any.
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { variablesOf as imageVariablesOf } from '../scripts/layout/dockerfile.ts';
import { readStages } from '../scripts/layout/lay-out.ts';
import { checkCluster } from './k8s/cluster-policy.ts';
import type { Manifest, Problem } from './k8s/manifest.ts';
import { checkNetwork } from './k8s/network-policy.ts';
import { checkPods } from './k8s/pod-policy.ts';
import { checkPorts } from './k8s/ports.ts';
import { checkSchemas, findTool, overlaysIn, parseManifests, render } from './k8s/render.ts';
import { checkTreatments, checkVariables } from './k8s/variables.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const k8s = resolve(process.argv[2] ?? join(root, 'deploy', 'k8s'));
const stages = readStages(root);

function imageVariables(image: string): Record<string, string> {
  const target = image.slice(image.lastIndexOf('/') + 1);
  return stages.has(target) ? imageVariablesOf(stages, target) : {};
}

function checkOverlay(
  overlay: string,
  tools: { kustomize: string; kubeconform: string },
): string[] {
  const yaml = render(tools.kustomize, k8s, overlay);
  const wrong = checkSchemas(tools.kubeconform, join(k8s, 'schemas', 'generated'), yaml);
  // The rules read the shapes that the schemas promise.
  const problems = wrong.length > 0 ? wrong : checkRules(parseManifests(yaml));
  return problems.map(({ object, path, cure }) => `${overlay}: ${object}: ${path}: ${cure}`);
}

function checkRules(manifests: readonly Manifest[]): Problem[] {
  return [
    ...checkPods(manifests),
    ...checkCluster(manifests),
    ...checkNetwork(manifests),
    ...checkVariables(manifests, imageVariables),
    ...checkPorts(manifests, imageVariables),
  ];
}

function check(): string[] {
  const tools = {
    kustomize: findTool(root, 'kustomize'),
    kubeconform: findTool(root, 'kubeconform'),
  };
  const overlays = overlaysIn(k8s);
  if (overlays.length === 0) return [`${k8s}: holds no overlays/*/kustomization.yaml`];
  const lists = checkTreatments().map(({ object, path, cure }) => `${object}: ${path}: ${cure}`);
  return [...lists, ...overlays.flatMap((overlay) => checkOverlay(overlay, tools))];
}

try {
  const problems = check();
  for (const problem of problems) console.log(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${overlaysIn(k8s).join(', ')}: as they should be`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
