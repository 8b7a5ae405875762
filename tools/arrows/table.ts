import type { Table } from './problems.ts';

const wire = ['packages/recipe', 'packages/contracts', 'packages/platform'] as const;
const learning = ['packages/tokenizer', 'packages/engine'] as const;

/**
 * Which folder may import which. Every arrow of the repository is here, and no other is allowed: houses in the order
 * of the map in the README, rooms in the order in which data pass through them.
 */
export const arrows: Table = {
  houses: {
    'packages/recipe': { imports: [], npm: ['zod'] },
    'packages/contracts': { imports: ['packages/recipe'], npm: ['zod'] },
    'packages/platform': { imports: ['packages/contracts'] },
    'packages/tokenizer': {
      imports: [],
      rooms: {
        'error.ts': [],
        jinja: [],
        'component.ts': ['error.ts'],
        'regex.ts': ['error.ts'],
        normalize: ['error.ts', 'component.ts', 'regex.ts'],
        'pre-tokenize': ['error.ts', 'component.ts', 'regex.ts'],
        model: ['error.ts', 'component.ts'],
        decode: ['component.ts', 'regex.ts', 'model'],
        learn: ['regex.ts', 'pre-tokenize', 'model'],
        encode: ['error.ts', 'component.ts', 'normalize', 'pre-tokenize', 'model', 'decode'],
        folder: ['error.ts', 'encode'],
        '.': [
          'error.ts',
          'component.ts',
          'normalize',
          'pre-tokenize',
          'model',
          'decode',
          'encode',
          'folder',
        ],
        chat: ['error.ts', 'jinja', 'folder', '.'],
      },
    },
    'packages/engine': { imports: ['packages/recipe', 'packages/tokenizer'] },
    'packages/testkit': {
      imports: ['packages/contracts', 'packages/platform', ...learning],
      isInternal: true,
    },
    'services/gateway': { imports: wire },
    'services/ingest': { imports: [...wire, 'packages/tokenizer'] },
    'services/trainer': {
      imports: [...wire, ...learning],
      rooms: {
        generated: [],
        security: [],
        'manifest.ts': [],
        'grpc-settings.ts': [],
        'run-event.ts': ['generated'],
        // The two talk over gRPC alone.
        controller: ['generated', 'security', 'manifest.ts', 'grpc-settings.ts', 'run-event.ts'],
        worker: ['generated', 'security', 'manifest.ts', 'grpc-settings.ts', 'run-event.ts'],
        '.': ['security', 'controller'],
      },
    },
    'services/evaluator': { imports: [...wire, ...learning] },
    models: { imports: ['packages/recipe', ...learning] },
    // k6 runs these: it knows neither npm's packages nor ours.
    load: { imports: [] },
    scripts: {
      imports: [...wire, 'packages/engine', 'packages/testkit', 'services/trainer', 'load'],
    },
    tools: { imports: [...wire, 'scripts'] },
    examples: { imports: [] },
    bench: { imports: [...wire, ...learning, 'packages/testkit', 'scripts'], isInternal: true },
    test: {
      imports: [...wire, 'packages/tokenizer', 'packages/testkit', 'scripts', 'tools', 'load'],
      isInternal: true,
    },
  },
  tests: ['packages/testkit'],
  owners: {
    // Its place says what must be set before it is loaded.
    'onnxruntime-node': ['packages/engine/src/runtime/onnxruntime.ts'],
    minio: ['packages/platform', 'packages/testkit', 'test'],
    '@grpc/grpc-js': ['services/trainer'],
  },
};
