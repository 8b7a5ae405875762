/**
 * The programs that Lathe runs beside Node, each at the one version that it is tested with.
 *
 * @typedef {object} Tool
 * @property {string} name What it is called in .tools/bin and on PATH.
 * @property {string} module Go module that holds it.
 * @property {string} version Version of that module.
 * @property {string} [folder] Its package inside the module, where that is not the module itself.
 * @property {readonly string[]} neededFor Purposes of `--for` that need it.
 * @property {string} [debian] Debian package to fall back on.
 * @property {string} cure What to do when it can neither be built nor found, for a person to read.
 */

/** What `--for` may name: what is about to run. */
export const purposes = ['start', 'test', 'k8s', 'load'];

/** @type {readonly Tool[]} */
export const tools = [
  {
    name: 'nats-server',
    module: 'github.com/nats-io/nats-server/v2',
    version: 'v2.14.9',
    neededFor: ['start', 'test', 'load'],
    debian: 'nats-server',
    cure: 'install Go (https://go.dev/dl) or nats-server (https://nats.io/download)',
  },
  {
    // MinIO releases source only and tags nothing: this is the tip of the archived repository.
    name: 'minio',
    module: 'github.com/minio/minio',
    version: 'v0.0.0-20260212201848-7aac2a2c5b7c',
    neededFor: ['test', 'load'],
    cure: 'install Go 1.24 or newer (https://go.dev/dl); MinIO is no longer published as a binary',
  },
  {
    name: 'kustomize',
    module: 'sigs.k8s.io/kustomize/kustomize/v5',
    version: 'v5.8.1',
    neededFor: ['test', 'k8s'],
    cure: 'install Go (https://go.dev/dl) or kustomize (https://kubectl.docs.kubernetes.io)',
  },
  {
    name: 'kubeconform',
    module: 'github.com/yannh/kubeconform',
    version: 'v0.7.0',
    folder: 'cmd/kubeconform',
    neededFor: ['test', 'k8s'],
    cure: 'install Go (https://go.dev/dl) or kubeconform (https://github.com/yannh/kubeconform)',
  },
  {
    name: 'k6',
    module: 'go.k6.io/k6/v2',
    version: 'v2.2.0',
    neededFor: ['test', 'load'],
    cure: 'install Go (https://go.dev/dl) or k6 2 (https://grafana.com/docs/k6)',
  },
];
