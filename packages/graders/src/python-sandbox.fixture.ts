/**
 * For tests: what stands for a Python interpreter in a sandbox. It takes `-I -c <program>`, reads what it is told and does what the
 * source says; what it writes is what CPython writes there.
 */
import { text } from 'node:stream/consumers';

const { source, sample, item } = JSON.parse(await text(process.stdin));
if (process.argv.at(-3) !== '-I' || process.argv.at(-2) !== '-c') process.exit(3);
if (source === 'loop') setInterval(() => undefined, 1000);
else if (source === 'print') process.stdout.write('x'.repeat(100_000_000));
else if (source === 'raise') {
  process.stderr.write(
    'Traceback (most recent call last):\n  File "grader.py", line 1\nValueError: no such luck\n',
  );
  process.exitCode = 1;
} else if (source === 'no sandbox') {
  process.stderr.write('docker: Cannot connect to the Docker daemon.\n');
  process.exitCode = 125;
} else if (source === 'memory') process.kill(process.pid, 'SIGKILL');
else if (source === 'nan') process.stdout.write('{"score": NaN}');
else {
  process.stderr.write('what the program prints\n');
  process.stdout.write(JSON.stringify({ score: sample.output_text === item.label ? 0.75 : 0 }));
}
