import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { callText } from './call-text.ts';

const body = {
  model: "it's a model",
  training_file: 'file-1',
  seed: 7,
  method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 2 } } },
  lathe: { packing: false, class_weights: [['a', 1.5]], early_stopping: { metric: 'loss' } },
};
const origin = 'http://127.0.0.1:8080';

it('sends the body through a shell as it is', () => {
  const text = callText('curl', origin, body).replace(/^curl /, 'printf "%s\\n" ');
  const said = execFileSync('sh', ['-c', text], { encoding: 'utf8' });
  expect(JSON.parse(said.slice(said.indexOf('{')))).toEqual(body);
});

it('calls the client in TypeScript with the same body', () => {
  const text = callText('TypeScript', origin, body);
  const argument = /create\(([\s\S]*)\);\nconsole/.exec(text)?.[1] ?? '';
  expect(new Function(`return ${argument}`)()).toEqual(body);
  expect(text).toContain("baseURL: 'http://127.0.0.1:8080/v1'");
  expect(text).not.toContain('sk-');
});

it('calls the client in Python, with Lathe’s own options in extra_body', () => {
  expect(callText('Python', origin, body)).toContain(`job = client.fine_tuning.jobs.create(
    model="it's a model",
    training_file="file-1",
    seed=7,
    method={
        "type": "supervised",
        "supervised": {
            "hyperparameters": {
                "n_epochs": 2,
            },
        },
    },
    extra_body={
        "lathe": {
            "packing": False,
            "class_weights": [["a", 1.5]],
            "early_stopping": {
                "metric": "loss",
            },
        },
    },
)`);
});
