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
    'packages/platform': {
      imports: ['packages/contracts'],
      rooms: {
        config: '',
        log: '',
        'metrics.ts': '',
        'fair-places.ts': '',
        'breather.ts': '',
        process: 'config log',
        threads: 'log process fair-places.ts',
        artifacts: 'config process metrics.ts breather.ts',
        nats: 'log process metrics.ts artifacts',
        records: 'log nats breather.ts',
        pool: '',
        'model-servers': 'config nats',
        health: 'process metrics.ts artifacts nats',
        '.': 'config log metrics.ts process artifacts nats health',
      },
    },
    'packages/tokenizer': {
      imports: [],
      rooms: {
        'error.ts': '',
        'jinja/error.ts': '',
        'jinja/budget.ts': 'jinja/error.ts',
        'jinja/value': 'jinja/error.ts jinja/budget.ts',
        'jinja/text': 'jinja/error.ts jinja/budget.ts jinja/value',
        'jinja/operators': 'jinja/error.ts jinja/budget.ts jinja/value jinja/text',
        'jinja/parse': 'jinja/error.ts jinja/value jinja/operators',
        'jinja/builtins': 'jinja/error.ts jinja/budget.ts jinja/value jinja/text jinja/operators',
        'jinja/check': 'jinja/error.ts jinja/parse jinja/builtins',
        'jinja/evaluate':
          'jinja/error.ts jinja/budget.ts jinja/value jinja/text jinja/operators jinja/parse jinja/builtins',
        jinja:
          'jinja/error.ts jinja/budget.ts jinja/value jinja/parse jinja/builtins jinja/check jinja/evaluate',
        'component.ts': 'error.ts',
        'regex.ts': 'error.ts',
        'may-hold.ts': '',
        'token-list.ts': '',
        normalize: 'error.ts component.ts regex.ts',
        'pre-tokenize': 'error.ts component.ts regex.ts',
        model: 'error.ts component.ts token-list.ts',
        decode: 'component.ts regex.ts model',
        encode:
          'error.ts component.ts may-hold.ts token-list.ts normalize pre-tokenize model decode',
        folder: 'error.ts component.ts encode',
        learn: 'error.ts component.ts regex.ts normalize pre-tokenize model folder',
        '.': 'error.ts component.ts token-list.ts normalize pre-tokenize model decode encode folder',
        chat: 'error.ts jinja/error.ts jinja/value jinja may-hold.ts token-list.ts folder .',
        teach: 'encode folder chat .',
      },
    },
    'packages/engine': {
      imports: ['packages/recipe', 'packages/tokenizer', 'packages/scoring'],
      rooms: {
        graph: '',
        ops: 'graph',
        'recompute.ts': 'graph ops',
        'autodiff.ts': 'graph ops recompute.ts',
        onnx: 'graph ops',
        runtime: 'graph ops onnx',
        formats: '',
        families: 'formats',
        nn: 'graph ops families',
        peft: 'formats families',
        adapt: 'graph ops formats families nn peft',
        models: 'graph ops families nn adapt',
        objectives: 'graph ops autodiff.ts families nn models',
        optim: 'graph ops',
        step: 'graph ops autodiff.ts onnx families nn adapt models objectives optim',
        trained: 'graph ops formats families nn peft adapt models objectives optim step',
        batch: 'graph nn objectives trained',
        update: 'graph runtime objectives optim step trained',
        measure: 'graph runtime nn objectives step batch update',
        memory: 'graph onnx nn objectives optim step trained batch update',
        train:
          'graph runtime formats families nn peft adapt objectives optim step trained batch update measure memory',
        generate:
          'graph ops onnx runtime formats families nn peft adapt models objectives step batch measure',
        written: 'runtime families objectives peft train generate',
        reinforce: 'runtime families nn objectives peft train generate',
        local: 'runtime formats families objectives measure train written',
        predict: 'graph ops runtime formats families peft models objectives generate',
        gguf: 'formats families nn',
        import: 'formats families nn gguf',
        export: 'graph ops onnx runtime formats families nn gguf import peft models predict',
        // Recorded runs, for tests and bench: no room of the product is below it.
        parity:
          'graph autodiff.ts runtime formats families nn peft objectives trained batch measure train',
      },
    },
    // Pure functions of rows: no package, no I/O.
    'packages/scoring': { imports: [], npm: [] },
    'packages/graders': {
      imports: ['packages/contracts', 'packages/platform', 'packages/scoring'],
      rooms: { 'json-schema': '', '.': '', threads: '.' },
    },
    'packages/testkit': {
      imports: ['packages/contracts', 'packages/platform', ...learning],
      isInternal: true,
    },
    'services/gateway': {
      imports: [...wire, 'packages/tokenizer', 'packages/graders', 'packages/scoring'],
      rooms: {
        'settings.ts': '',
        'workers.ts': '',
        http: '',
        models: 'http',
        files: 'http',
        jobs: 'workers.ts http models files',
        pages: '',
        openapi: 'pages',
        'data-work': 'http models files jobs pages',
        imports: 'http',
        bodies: 'http jobs imports',
        dashboard: '',
        stored: 'http files',
        chat: 'http models bodies stored',
        graders: 'http models bodies chat',
        evals: 'http models files jobs pages imports bodies stored graders',
        batches: 'settings.ts http files jobs bodies chat stored',
        deletion: 'http models files jobs data-work evals batches',
        routes:
          'settings.ts workers.ts http openapi models files jobs pages data-work dashboard bodies chat graders evals batches stored deletion',
        '.': 'settings.ts workers.ts http models files jobs data-work dashboard bodies stored chat graders evals batches deletion routes',
      },
    },
    // Runs in a browser: of the other packages it knows the types alone.
    'services/gateway/web': {
      imports: ['packages/contracts'],
      npm: ['preact', 'preact/hooks', 'uplot', 'uplot/dist/uPlot.min.css', 'vite'],
      rooms: {
        api: '',
        'shell/router.ts': '',
        'shell/link.tsx': 'shell/router.ts',
        'shell/theme.ts': '',
        ui: 'api shell/router.ts shell/theme.ts',
        jobs: 'api shell/router.ts shell/link.tsx ui',
        job: 'api shell/router.ts shell/link.tsx shell/theme.ts ui jobs',
        home: 'api shell/router.ts shell/link.tsx ui jobs',
        shell: 'api shell/router.ts shell/link.tsx shell/theme.ts ui jobs job home',
        '.': 'api shell/theme.ts shell',
      },
    },
    'services/ingest': {
      imports: [...wire, 'packages/tokenizer', 'packages/scoring', 'packages/graders'],
      rooms: {
        'settings.ts': '',
        'ascii-text.ts': '',
        'first-places.ts': '',
        'row-numbers.ts': '',
        lesson: '',
        read: 'settings.ts lesson',
        talk: 'read',
        check: 'read',
        'read/format': 'lesson read check',
        kinds: 'lesson read check',
        clean: 'ascii-text.ts first-places.ts row-numbers.ts lesson read check kinds',
        render: 'lesson read check',
        pack: 'ascii-text.ts first-places.ts row-numbers.ts read check clean render',
        tasks: 'lesson check kinds render',
        fit: 'lesson check render',
        rows: 'lesson read check read/format kinds clean render fit pack',
        model: 'rows',
        'read-progress.ts': '',
        'open-uploads.ts': 'settings.ts lesson read check',
        'read-file.ts':
          'settings.ts row-numbers.ts lesson read check clean fit pack rows tasks open-uploads.ts',
        prepare:
          'settings.ts first-places.ts row-numbers.ts lesson read check clean fit pack tasks rows model read-file.ts read-progress.ts',
        learn: 'settings.ts lesson read check rows model open-uploads.ts read-file.ts prepare',
        'pipeline.ts': 'row-numbers.ts lesson check clean pack read-file.ts prepare learn',
        reuse: 'settings.ts check model prepare',
        job: 'settings.ts check rows reuse model read-progress.ts prepare pipeline.ts',
        'data-ports.ts': 'settings.ts rows',
        inspect:
          'settings.ts check lesson pack read rows model prepare learn pipeline.ts data-ports.ts',
        dataset: 'settings.ts check read talk pack prepare inspect data-ports.ts',
        ask: 'data-ports.ts',
        'data-work': 'settings.ts data-ports.ts inspect dataset',
        '.': 'settings.ts read rows job data-ports.ts ask data-work',
      },
    },
    'services/trainer': {
      imports: [...wire, ...learning],
      rooms: {
        generated: '',
        security: '',
        'manifest.ts': '',
        'grpc-settings.ts': '',
        'run-event.ts': 'generated',
        // Controller and worker talk over gRPC alone.
        'controller/workers': 'generated security grpc-settings.ts',
        controller: 'controller/workers',
        'controller/record': 'manifest.ts run-event.ts controller',
        'controller/place': 'controller/workers controller controller/record',
        'controller/drive':
          'run-event.ts controller/workers controller controller/record controller/place',
        'controller/sweep': 'controller controller/record',
        'worker/engine': '',
        'worker/run': 'generated manifest.ts run-event.ts worker/engine',
        'worker/serve': 'generated security manifest.ts grpc-settings.ts worker/engine worker/run',
        worker: 'security worker/engine worker/run worker/serve',
        '.': 'security controller controller/workers controller/record controller/place controller/drive controller/sweep',
      },
    },
    'services/evaluator': {
      imports: [...wire, ...learning, 'packages/scoring', 'packages/graders'],
      rooms: {
        'settings.ts': '',
        engine: '',
        texts: 'engine',
        models: 'engine texts',
        contest: 'settings.ts engine texts models',
        serve: 'engine texts models',
        job: 'settings.ts engine texts models contest',
        evals: 'settings.ts engine texts models serve',
        '.': 'settings.ts engine texts models serve job evals',
      },
    },
    models: { imports: ['packages/recipe', ...learning] },
    // k6 runs these: it knows neither npm's packages nor ours.
    load: { imports: [] },
    scripts: {
      imports: [...wire, ...learning, 'packages/testkit', 'services/trainer', 'load'],
    },
    tools: { imports: [...wire, 'scripts'] },
    examples: { imports: ['packages/scoring'] },
    bench: {
      imports: [...wire, ...learning, 'packages/scoring', 'packages/testkit', 'scripts'],
      isInternal: true,
    },
    test: {
      imports: [...wire, ...learning, 'packages/testkit', 'scripts', 'tools', 'load'],
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
