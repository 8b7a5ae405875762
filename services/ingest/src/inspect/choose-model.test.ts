import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tinyToolTemplate } from '@lathe/testkit/tiny-tokenizer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chatLines, modelName, startIngest } from '../integration/ingest.fixture.ts';
import { inspectingOf } from './inspecting.fixture.ts';

let service: Awaited<ReturnType<typeof startIngest>>;
beforeAll(async () => {
  service = await startIngest();
});
afterAll(() => service[Symbol.asyncDispose]());
const { ended, reportOn } = inspectingOf(() => service);

const tool = { type: 'function', function: { name: 'find', parameters: { type: 'object' } } };
const withTools = (count: number): string =>
  chatLines(count)
    .trim()
    .replaceAll('Where', 'When')
    .split('\n')
    .map((line) => `${JSON.stringify({ ...JSON.parse(line), tools: [tool] })}\n`)
    .join('');
const unnamed = { model: null };
async function repairedRows(file: string): Promise<number> {
  const { result } = await ended({ kind: 'dataset', request: { repair: { file } } });
  const made = await service.file(result?.files[0] ?? '');
  const bytes = Buffer.concat(await Array.fromAsync(service.artifacts.get(made?.key ?? '')));
  return bytes.toString().trim().split('\n').length;
}

it('says in one sentence that no model takes the tools of the rows', async () => {
  const file = await service.upload(withTools(12));
  const report = await reportOn(file, unnamed);
  expect(report).toMatchObject({ model: null, refusal: { code: 'unsupported_model' } });
  expect(report.refusal?.message).toBe(
    `The rows have tools, and no base model that is offered can be taught them: '${modelName}', since its chat template has no place for tools, and line 1 has some.`,
  );
  // A few of them are left out by name, as of a job on that model.
  const few = await service.upload(`${chatLines(200)}${withTools(1)}`);
  expect(await reportOn(few, unnamed)).toMatchObject({
    ...{ model: modelName, refusal: null },
    dataset: { rows: { kept: 200, rejected: 1 }, findings: [{ line: 201 }] },
  });
});

it('passes over models that do not fit the rows, and says so', async () => {
  await service.addModel('a-bare', 'x');
  await rm(join(service.folderOf('a-bare'), 'chat_template.jinja'));
  await service.addModel('a-strict', "{{ raise_exception('never') }}");
  await service.addModel('with-tools', tinyToolTemplate);
  const bare = { model: 'a-bare', why: expect.stringContaining("the model 'a-bare' cannot be") };
  const strict = { model: 'a-strict', why: expect.stringMatching(/^line 1: .*refuses the row/) };
  const chats = await reportOn(await service.upload(chatLines(12)), unnamed);
  expect(chats).toMatchObject({ model: modelName, refusal: null, passedOver: [bare, strict] });
  const file = await service.upload(`${chatLines(20)}${withTools(12)}`);
  const report = await reportOn(file, unnamed);
  const none = {
    model: modelName,
    why: 'its chat template has no place for tools, and line 21 has some',
  };
  expect(report).toMatchObject({ model: 'with-tools', refusal: null });
  expect(report.passedOver).toMatchObject([bare, strict, none]);
  expect(report.dataset?.rows).toMatchObject({ kept: 32, rejected: 0 });
  // The model that is named is taken, and named is nobody who was passed over.
  expect((await reportOn(file)).refusal?.message).toContain('has no place for tools');
  expect(await repairedRows(file)).toBe(32);
});
