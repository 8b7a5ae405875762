import { join } from 'node:path';
import { variablesOf as imageVariablesOf, type Stage } from '../../scripts/layout/dockerfile.ts';
import { readStages } from '../../scripts/layout/lay-out.ts';
import { checkCluster } from './cluster-policy.ts';
import type { Manifest, Problem } from './manifest.ts';
import { checkNetwork } from './network-policy.ts';
import { checkPods } from './pod-policy.ts';
import { checkPorts } from './ports.ts';
import { checkSchemas, findTool, overlaysIn, parseManifests, render } from './render.ts';
import { checkVariables } from './variables.ts';

/**
 * Renders every overlay and combination in the folder `k8s` and holds it against the schemas in it,
 * the rules beside this file, and the configuration schema. Resolves to one line a problem,
 * `overlay: object: path: what is wrong`. Throws an Error of one sentence when a tool is missing or an
 * overlay does not render. `root` is the repository, for the tools and the Dockerfile.
 */
export function checkManifests(root: string, k8s: string): string[] {
  const overlays = overlaysIn(k8s);
  if (overlays.length === 0) return [`${k8s}: holds no overlays/*/kustomization.yaml`];
  const kustomize = findTool(root, 'kustomize');
  const kubeconform = findTool(root, 'kubeconform');
  const stages = readStages(root);
  return overlays.flatMap((overlay) => {
    const yaml = render(kustomize, k8s, overlay);
    const wrong = checkSchemas(kubeconform, join(k8s, 'schemas', 'generated'), yaml);
    // The rules read the shapes that the schemas promise.
    const problems = wrong.length > 0 ? wrong : checkRules(parseManifests(yaml), stages);
    return problems.map(({ object, path, cure }) => `${overlay}: ${object}: ${path}: ${cure}`);
  });
}

function checkRules(manifests: readonly Manifest[], stages: ReadonlyMap<string, Stage>): Problem[] {
  const imageVariables = (image: string): Record<string, string> => {
    const target = image.slice(image.lastIndexOf('/') + 1);
    return stages.has(target) ? imageVariablesOf(stages, target) : {};
  };
  return [
    ...checkPods(manifests),
    ...checkCluster(manifests),
    ...checkNetwork(manifests),
    ...checkVariables(manifests, imageVariables),
    ...checkPorts(manifests, imageVariables),
  ];
}
