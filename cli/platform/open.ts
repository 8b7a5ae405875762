import { signInCodeSchema } from '@lathe/contracts/http/sign-in';
import { APIError } from 'openai';
import { openBrowser } from '../../scripts/open-browser.ts';
import type { Api } from '../api/api.ts';
import { command } from '../command/command.ts';

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
    if (!options.print && !isJson) openBrowser(url);
  },
});

/** The dashboard's address; with a code that signs in once where the gateway gives one. */
export async function signInLink(api: Api): Promise<string> {
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
