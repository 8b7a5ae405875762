/** Host and port of `host:port`; an IPv6 host loses its brackets. Throws an Error that names the setting. */
export function parseAddress(
  address: string,
  setting: string,
): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:\s/]+)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw new Error(`${setting} is "${address}", but must be host:port.`);
  return { host: match[1] ?? match[2] ?? '', port };
}

/** Whether what is sent to the host never leaves this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
