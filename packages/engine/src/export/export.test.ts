import { access, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerOf, readFieldCases, writeCase } from '../families/config-fields.fixture.ts';
import { openModelFolder } from '../families/model-folder.ts';
import { readTensor } from '../formats/safetensors.ts';
import { readGguf } from '../gguf/read.ts';
import { readReference } from '../parity/reference.ts';
import { writeLora } from '../peft/lora.fixture.ts';
import { writeMergedFolder } from '../peft/merged.ts';
import { exportModel } from './export.ts';
import { fileDigest } from './manifest.ts';
import { renderModelfile } from './modelfile.ts';
import { verifyExport } from './verify.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-export-'));
});
afterAll(() => rm(root, { recursive: true }));

/** An adapter of the queries and the MLP's last layer, large enough to matter. */
async function writeAdapter(folder: string): Promise<string> {
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  const fill = (rows: number, columns: number, seed: number) => ({
    shape: [rows, columns],
    data: Float32Array.from({ length: rows * columns }, (_, at) => 0.3 * Math.sin(at * 1.7 + seed)),
  });
  for (const layer of [0, 1])
    for (const [module, inputs] of [
      ['self_attn.q_proj', 32],
      ['mlp.down_proj', 48],
    ] as const) {
      const path = `model.layers.${layer}.${module}`;
      tensors.set(`${path}.lora_A`, fill(2, inputs, layer));
      tensors.set(`${path}.lora_B`, fill(32, 2, layer + 5));
    }
  const targets = ['q_proj', 'down_proj'];
  await writeLora(folder, {
    baseModel: 'tied',
    rank: 2,
    alpha: 2,
    dropout: 0,
    targets,
    tensors,
  });
  return folder;
}

it('merges an adapter into every kind of export, and answers as base and adapter do', async () => {
  const { model } = await readReference('tied');
  const adapter = await writeAdapter(join(root, 'adapter'));
  for (const kind of ['merged', 'onnx', 'gguf', 'modelfile', 'adapter-modelfile'] as const) {
    const out = join(root, kind);
    const dtype = kind === 'gguf' ? 'f32' : undefined;
    const manifest = await exportModel({ model: model.path, adapter, kind, out, dtype });
    expect(manifest.replay.relative).toBeLessThan(1e-5);
    expect(manifest.adapter).toBe(await fileDigest(join(adapter, 'adapter_model.safetensors')));
    expect(JSON.parse(await readFile(join(out, 'lathe-manifest.json'), 'utf8'))).toEqual(manifest);
    const [first] = manifest.files;
    expect(await fileDigest(join(out, first!.path))).toBe(first!.sha256);
    // Without the adapter the answers are others, so the replay has tried it.
    const options = { kind, folder: out, base: model, dtype: 'f32', work: join(root, 'work') };
    if (kind !== 'adapter-modelfile')
      await expect(verifyExport(options)).rejects.toThrow("its answers differ from the trainer's");
  }
  expect(await readFile(join(root, 'adapter-modelfile', 'Modelfile'), 'utf8')).toContain(
    'FROM tied\n# The base must be the very model that was trained on, not quantised.\nADAPTER ./adapter\n',
  );
});

it('exports the tokenizer and template that an adapter was tuned with, not those of an edited base', async () => {
  const { model } = await readReference('tied');
  const edited = join(root, 'edited', 'tied');
  await cp(model.path, edited, { recursive: true });
  const tiny = new URL('../../../../models/lathe-tiny/', import.meta.url).pathname;
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    await cp(join(tiny, name), join(edited, name));
  await writeFile(join(edited, 'chat_template.jinja'), 'edited');
  const adapter = await writeAdapter(join(root, 'keeping'));
  await mkdir(join(adapter, 'tokenizer'));
  await cp(join(tiny, 'tokenizer.json'), join(adapter, 'tokenizer', 'tokenizer.json'));
  await writeFile(join(adapter, 'tokenizer', 'tokenizer_config.json'), '{}');
  const out = join(root, 'kept');
  const manifest = await exportModel({ model: edited, adapter, kind: 'merged', out });
  expect(manifest.base).toBe('tied');
  expect(await readFile(join(out, 'tokenizer_config.json'), 'utf8')).toBe('{}');
  expect(await readdir(out)).not.toContain('chat_template.jinja');
  expect((await openModelFolder(out)).config.modelType).toBe('llama');
});

it('exports a head of its own as it is served, whatever config.json says of it', async () => {
  const folder = join(root, 'own-head');
  await writeCase(folder, { model: 'tied', change: {}, head: 'reversed' });
  const recorded = await readFieldCases();
  const { vectors } = recorded.cases.find(
    ({ model, head }) => model === 'tied' && head === 'reversed',
  )!;
  const wanted = await recorded.vectors(vectors!);
  for (const kind of ['merged', 'modelfile', 'gguf', 'onnx'] as const) {
    const out = join(root, `own-head-${kind}`);
    const dtype = kind === 'gguf' ? 'f32' : undefined;
    const { replay } = await exportModel({ model: folder, kind, out, dtype });
    expect(replay.relative).toBeLessThan(1e-5);
    if (kind === 'gguf')
      expect((await readGguf(join(out, 'own-head-f32.gguf'))).tensors.has('output.weight')).toBe(
        true,
      );
    if (kind !== 'merged') continue;
    const found = await answerOf(await openModelFolder(out), recorded);
    const distances = found.map((value, at) => Math.abs(value - wanted[at]!));
    expect(Math.max(...distances)).toBeLessThan(1e-4);
  }
});

it('leaves nothing behind when an export fails, and replaces only exports', async () => {
  const { model } = await readReference('tied');
  const huge = join(root, 'huge');
  const name = 'model.layers.0.mlp.up_proj.weight';
  const weight = await readTensor(model.tensors.get(name)!);
  weight[3] = 1e6;
  await writeMergedFolder(model, new Map([[name, weight]]), huge);
  const out = join(root, 'inner', 'failed');
  await mkdir(join(root, 'inner'));
  const exported = exportModel({ model: huge, kind: 'gguf', out });
  await expect(exported).rejects.toThrow('tensor blk.0.ffn_up.weight: value 3 is 1000000');
  expect(await readdir(join(root, 'inner'))).toEqual([]);

  const other = join(root, 'other');
  await mkdir(other);
  await writeFile(join(other, 'mine.txt'), 'mine');
  const refused = exportModel({ model: model.path, kind: 'onnx', out: other });
  await expect(refused).rejects.toThrow('is not empty and holds no lathe-manifest.json');
  await access(join(other, 'mine.txt'));
  const again = join(root, 'again');
  await exportModel({ model: model.path, kind: 'onnx', out: again });
  await exportModel({ model: model.path, kind: 'merged', out: again });
  expect((await readdir(again)).sort()).toEqual([
    'config.json',
    'lathe-manifest.json',
    'model.safetensors',
  ]);
});

it('writes a template that was proved, and says why there is none', async () => {
  const stop = ['<|im_end|>', '<|im_end|>'];
  const template = { template: '{{ .Prompt }}', proved: 6, differences: ['A\nB.'] };
  expect(renderModelfile({ from: '.', template, stop })).toBe(
    `FROM .
# The template renders what the model's chat template renders: tried with 6 conversations. Tools and thoughts are not part of it.
# A B.
TEMPLATE """{{ .Prompt }}"""
PARAMETER stop "<|im_end|>"
`,
  );
  const none = { template: undefined, reason: 'it is odd' };
  const without = renderModelfile({ from: '.', template: none, stop: [] });
  expect(without).toContain('# No TEMPLATE is written: it is odd.');
  expect(without).not.toContain('TEMPLATE """');
});

it('derives the template of a folder, and tells in its notes where it cannot', async () => {
  const folder = join(root, 'chatting');
  await cp(join(import.meta.dirname, '../../../../models/lathe-tiny'), folder, { recursive: true });
  const kind = 'modelfile';
  const out = join(root, 'chatting-out');
  const { notes } = await exportModel({ model: folder, kind, out });
  expect(notes).toEqual([]);
  const modelfile = await readFile(join(out, 'Modelfile'), 'utf8');
  expect(modelfile).toContain('<|im_start|>user\n{{ .Content }}<|im_end|>\n');
  expect(modelfile.match(/^PARAMETER stop .*$/gm)).toEqual([
    'PARAMETER stop "<|im_end|>"',
    'PARAMETER stop "<|endoftext|>"',
  ]);
  await writeFile(
    join(folder, 'chat_template.jinja'),
    "{{ strftime_now('%Y') }}{% for m in messages %}{{ m.content }}{% endfor %}",
  );
  const dated = await exportModel({ model: folder, kind, out });
  expect(dated.notes[0]).toContain('No TEMPLATE is written: the chat template writes the date');
});
