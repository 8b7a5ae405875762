/** The parts of Kubernetes objects that the checks read. kubeconform has proven their shapes before. */
export type Labels = Readonly<Record<string, string>>;
export type Selector = {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
};
type Variable = {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
    readonly configMapKeyRef?: { readonly name: string; readonly key: string };
    readonly fieldRef?: { readonly fieldPath: string };
    readonly resourceFieldRef?: { readonly resource: string };
  };
};
export type Probe = {
  readonly httpGet?: { readonly port: number | string };
  readonly grpc?: { readonly port: number };
  readonly tcpSocket?: { readonly port: number | string };
};
type Amounts = Readonly<Record<string, string | number>>;
export type Container = {
  readonly name: string;
  readonly image?: string;
  readonly args?: readonly string[];
  readonly env?: readonly Variable[];
  readonly envFrom?: readonly {
    readonly configMapRef?: { readonly name: string };
    readonly secretRef?: { readonly name: string };
  }[];
  readonly ports?: readonly {
    readonly name?: string;
    readonly containerPort: number;
    readonly hostPort?: number;
  }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly resources?: { readonly requests?: Amounts; readonly limits?: Amounts };
  readonly securityContext?: {
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  };
};
type Volume = {
  readonly name: string;
  readonly emptyDir?: { readonly sizeLimit?: string };
  readonly configMap?: { readonly name: string };
  readonly secret?: { readonly secretName: string };
  readonly [source: string]: unknown;
};
export type PodSpec = {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly restartPolicy?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly securityContext?: {
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly seccompProfile?: { readonly type: string };
  };
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
};
export type PodTemplate = {
  readonly metadata?: { readonly labels?: Labels; readonly annotations?: Labels };
  readonly spec: PodSpec;
};
export type Peer = {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
};
export type Rule = {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port?: number | string }[];
};
/** One rendered object; `Spec` is what the reader expects of its kind. */
export type Manifest<Spec = Readonly<Record<string, unknown>>> = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
  };
  readonly spec?: Spec;
  readonly data?: Readonly<Record<string, string>>;
};

/** What stands wrong where; `cure` is what to do about it. */
export type Problem = { readonly object: string; readonly path: string; readonly cure: string };

/** A pod that the manifests start, wherever its template stands. */
export type Workload = {
  readonly object: string;
  readonly kind: string;
  readonly name: string;
  /** Where its template stands in the object. */
  readonly path: string;
  readonly template: PodTemplate;
  readonly labels: Labels;
  readonly component: string;
  /** Most pods at a time, as far as the object itself says. */
  readonly replicas: number;
};

const templatePaths: Readonly<Record<string, string>> = {
  Deployment: 'spec.template',
  StatefulSet: 'spec.template',
  ScaledJob: 'spec.jobTargetRef.template',
};

export function nameOf({ kind, metadata }: Pick<Manifest, 'kind' | 'metadata'>): string {
  return `${kind}/${metadata.name}`;
}

/** The objects of one kind, with the type of its spec. */
export function ofKind<Spec>(manifests: readonly Manifest[], kind: string): Manifest<Spec>[] {
  return manifests.filter((manifest) => manifest.kind === kind) as unknown as Manifest<Spec>[];
}

export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  return manifests.flatMap((manifest) => {
    const path = templatePaths[manifest.kind];
    if (path === undefined) return [];
    let template: unknown = manifest;
    for (const key of path.split('.')) template = (template as Record<string, unknown>)[key];
    const pod = template as PodTemplate;
    const labels = pod.metadata?.labels ?? {};
    const replicas = (manifest.spec as { replicas?: number }).replicas ?? 1;
    return {
      object: nameOf(manifest),
      kind: manifest.kind,
      name: manifest.metadata.name,
      path,
      template: pod,
      labels,
      component: labels['app.kubernetes.io/component'] ?? '',
      replicas,
    };
  });
}

export function selects(selector: Selector, labels: Labels): boolean {
  const wanted = Object.entries(selector.matchLabels ?? {});
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const has = key in labels;
      if (operator === 'Exists') return has;
      if (operator === 'DoesNotExist') return !has;
      const isIn = has && values.includes(labels[key] ?? '');
      return operator === 'In' ? isIn : !isIn;
    })
  );
}

/** Every container of a pod with its path in the object. */
export function containersOf({ template, path }: Workload): {
  readonly container: Container;
  readonly path: string;
  readonly isInit: boolean;
}[] {
  const list = (key: 'containers' | 'initContainers') =>
    (template.spec[key] ?? []).map((container, index) => ({
      container,
      path: `${path}.spec.${key}[${index}]`,
      isInit: key === 'initContainers',
    }));
  return [...list('initContainers'), ...list('containers')];
}

/** Images that this repository builds. */
export function isOwnImage(image: string): boolean {
  return image.startsWith('lathe/');
}

/** Containers that read the configuration schema: our images but MinIO, which is only built here. */
export function isService(container: Container): boolean {
  const image = container.image ?? '';
  return isOwnImage(image) && !image.startsWith('lathe/minio');
}
