import { spawn } from 'node:child_process';
import { signInCodeSchema } from '@lathe/contracts/http/sign-in';
import { APIError } from 'openai';
import type { Api } from '../api/api.ts';
import { command } from '../command/command.ts';

const openers: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'open',
  win32: 'explorer',
};

export const openPage = command({
  name: 'open',
  summary:
    'Opens the dashboard in a browser, signed in where Lathe runs on this machine, and prints its address.',
  args: [],
  options: { print: { meaning: 'only prints the address' } },
  async run({ options, out, isJson, json, connect }) {
    const url = await signInLink(await connect());
    if (isJson) json({ url });
    else out.line(url);
    if (!options.print && !isJson) openInBrowser(url);
  },
});

/** The dashboard's address; with a code that signs in once where the gateway gives one. */
async function signInLink(api: Api): Promise<string> {
  try {
    const { code } = await api.post('/lathe/sign_in_codes', signInCodeSchema);
    return `${api.url}/ui/#code=${code}`;
  } catch (error) {
    // Codes are for browsers of its own machine.
    if (error instanceof APIError && (error.status === 403 || error.status === 404))
      return `${api.url}/ui/`;
    throw error;
  }
}

/** Nobody is told where there is no browser: the address is printed. */
function openInBrowser(url: string): void {
  const opener = openers[process.platform] ?? 'xdg-open';
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
