/** What follows `data:` in a stream of server-sent events, in the pieces in which it arrives. */
export async function* dataOf({ body }: Response): AsyncGenerator<readonly string[]> {
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (rest + value).split('\n\n');
      rest = parts.pop() ?? '';
      yield parts.flatMap((part) => /^data: (.*)$/m.exec(part)?.[1] ?? []);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
