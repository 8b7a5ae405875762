import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { byKind, itemName, type Judged, type JudgedItems } from './judged.ts';

/** Of `promptfoo eval -o results.json`, what is compared; an item that could not be asked has an error and no answer. */
const resultsSchema = z.object({
  results: z.object({
    results: z.array(
      z.object({
        promptIdx: z.number(),
        vars: z.looseObject({ text: z.string() }),
        success: z.boolean(),
        error: z.string().nullish(),
        response: z.object({ output: z.string().optional() }).optional(),
        gradingResult: z
          .object({
            componentResults: z.array(
              z.object({ pass: z.boolean(), assertion: z.object({ type: z.string() }) }),
            ),
          })
          .nullish(),
      }),
    ),
  }),
});

type Asked = Readonly<
  Record<'command' | 'config' | 'folder' | 'model' | 'url' | 'apiKey', string>
> & {
  readonly maxTokens: number;
};

/** Runs promptfoo as a user does, who only names another address, and reads its results. Throws where an item could not be asked. */
export async function judgedThere(asked: Asked): Promise<JudgedItems> {
  const { command, config: written, folder, model, maxTokens, url, apiKey } = asked;
  await mkdir(folder, { recursive: true });
  const [configFile, resultsFile] = [
    join(folder, 'promptfooconfig.yaml'),
    join(folder, 'results.json'),
  ];
  // 1,024 tokens, which it asks for else, are all that the built-in model takes.
  const config = { apiBaseUrl: url, temperature: 0, max_tokens: maxTokens };
  const provider = { id: `openai:chat:${model}`, config };
  await writeFile(configFile, stringify({ ...(parse(written) as object), providers: [provider] }));
  const quiet = {
    ...{ PROMPTFOO_CONFIG_DIR: folder, PROMPTFOO_DISABLE_TELEMETRY: '1' },
    ...{ PROMPTFOO_DISABLE_UPDATE: '1', PROMPTFOO_DISABLE_REMOTE_GENERATION: '1' },
  };
  const child = spawn(
    process.execPath,
    [command, 'eval', '-c', configFile, '-o', resultsFile, '--no-cache', '--no-table'],
    {
      ...{ cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
      env: { ...process.env, ...quiet, OPENAI_API_KEY: apiKey },
    },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  // 100: some tests failed, which some are meant to.
  if (code !== 0 && code !== 100) throw new Error(`promptfoo ended with ${code}`);
  const { results } = resultsSchema.parse(JSON.parse(await readFile(resultsFile, 'utf8'))).results;
  return new Map(
    results.map(
      ({ promptIdx, vars, success, response, gradingResult, error }): [string, Judged] => {
        const item = itemName(promptIdx, vars);
        if (response?.output === undefined || !gradingResult)
          throw new Error(`promptfoo has no answer to ${item}: ${error}`);
        const kinds = gradingResult.componentResults.map(
          ({ pass, assertion }) => [assertion.type, pass] as const,
        );
        return [item, { answer: response.output, passes: success, kinds: byKind(kinds) }];
      },
    ),
  );
}
