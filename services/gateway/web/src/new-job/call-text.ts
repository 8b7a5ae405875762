/** The languages in which a request is shown as a program. */
export const languages = ['TypeScript', 'Python', 'curl'] as const;
export type Language = (typeof languages)[number];

type Body = Readonly<Record<string, unknown>>;

/** A program that creates the job with the unmodified client of OpenAI, or with curl; the key is in the environment. */
export function callText(language: Language, origin: string, body: Body): string {
  if (language === 'TypeScript') return typeScript(origin, body);
  return language === 'Python' ? python(origin, body) : curl(origin, body);
}

function typeScript(origin: string, { lathe, ...body }: Body): string {
  // The client's types do not know what is Lathe's own; it sends it all the same.
  const extra =
    lathe === undefined
      ? ''
      : `\n  // @ts-expect-error Lathe's own options\n  lathe: ${indented(script(lathe))},`;
  const fields = Object.entries(body).map(
    ([name, value]) => `\n  ${name}: ${indented(script(value))},`,
  );
  return `import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: '${origin}/v1',
  apiKey: process.env.LATHE_API_KEY,
});
const job = await client.fineTuning.jobs.create({${fields.join('')}${extra}
});
console.log(job.id);
`;
}

function python(origin: string, { lathe, ...body }: Body): string {
  const fields = Object.entries({
    ...body,
    ...(lathe === undefined ? {} : { extra_body: { lathe } }),
  }).map(([name, value]) => `\n    ${name}=${indented(pythonValue(value), 4)},`);
  return `import os
from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key=os.environ["LATHE_API_KEY"])
job = client.fine_tuning.jobs.create(${fields.join('')}
)
print(job.id)
`;
}

function curl(origin: string, body: Body): string {
  const text = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  return `curl ${origin}/v1/fine_tuning/jobs \\
  -H "Authorization: Bearer $LATHE_API_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '${text}'
`;
}

/** A value as TypeScript writes it: names without quotes where they need none. */
function script(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return text.replaceAll(/^(\s*)"([A-Za-z_]\w*)":/gm, '$1$2:');
}

/** A value as Python writes it. */
function pythonValue(value: unknown, depth = 0): string {
  const inner = ' '.repeat(4 * (depth + 1));
  const end = ' '.repeat(4 * depth);
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map((each) => pythonValue(each, depth)).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([name, each]) => `${inner}${JSON.stringify(name)}: ${pythonValue(each, depth + 1)},\n`,
  );
  return `{\n${fields.join('')}${end}}`;
}

function indented(text: string, by = 2): string {
  return text.replaceAll('\n', `\n${' '.repeat(by)}`);
}
