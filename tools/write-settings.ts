/** Writes docs/settings.md, the table of environment variables: `node tools/write-settings.ts`. */
import { writeFile } from 'node:fs/promises';
import type { Variable } from '@lathe/platform/variable';
import { variables } from '@lathe/platform/variables';

/** Defaults that no text tells. */
const defaults: Readonly<Record<string, string>> = {
  LATHE_API_KEY: 'generated, printed once, kept in `<data>/api-key`',
  LATHE_MODELS: '`models` of this repository',
  LATHE_ARTIFACTS: 'a folder in `LATHE_DATA`',
  LATHE_WORKER_ID: '`worker-<host name>`',
};

/** `docs/settings.md` as it should be. */
export function settingsDocument(): string {
  const rows = Object.values<Variable>(variables).map(({ name, schema, meaning, cluster }) => {
    const { defaultValue } = schema.def;
    const shown = defaults[name] ?? (defaultValue === '' ? 'none' : `\`${defaultValue}\``);
    const readers = [...(cluster.setBy ?? []), ...(cluster.mayBeSetBy ?? [])];
    const who =
      readers.length === 0 ? 'npm start' : readers.length === 5 ? 'all' : readers.join(', ');
    return `| \`${name}\` | ${shown} | ${meaning.replaceAll('<', '\\<')} | ${who} |`;
  });
  return `# Settings

Written by \`node tools/write-settings.ts\` from packages/platform/src/config/variables.ts, where every environment variable
has its one place: how it is read and what it stands at when unset, what it is for, and who gets it in a cluster
([deploy.md](deploy.md)). A value that cannot be read ends the start with one sentence that names it. Sizes are written
as \`1048576\`, \`512MB\` or \`64MiB\`, times as \`1500\` (milliseconds), \`500ms\`, \`30s\`, \`5m\`, \`1h\` or \`30d\`.

| variable | default | meaning | read by |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

if (import.meta.main)
  await writeFile(new URL('../docs/settings.md', import.meta.url), settingsDocument());
