/**
 * Prepares a clone: npm packages from the lockfile, the dashboard and, where there is a C compiler, the libraries in C built from
 * their sources, and pinned programs in .tools/bin.
 *
 *     node scripts/setup.mjs [--for start|test|k8s|load|all]
 *
 * `start`, the default, needs nats-server only. Plain JavaScript without dependencies, for any Node from 20
 * on, because it runs before anything is installed. It looks first and does only what is missing: a second
 * run takes well under a second.
 */
import { parseArgs } from 'node:util';
import { say } from './setup/command.mjs';
import { buildDashboard } from './setup/dashboard.mjs';
import { installTool } from './setup/go-tool.mjs';
import { setUpNative } from './setup/native.mjs';
import { installPackages } from './setup/packages.mjs';
import { purposes, tools } from './setup/tools.mjs';

const oldestNode = 20;

function fail(text) {
  say(text);
  process.exit(1);
}

function readPurpose() {
  const usage = `--for takes ${[...purposes, 'all'].join(', ')}`;
  try {
    const { values } = parseArgs({ options: { for: { type: 'string', default: 'start' } } });
    if ([...purposes, 'all'].includes(values.for)) return values.for;
    return fail(`there is nothing to set up for "${values.for}": ${usage}.`);
  } catch (error) {
    return fail(`${error.message}; ${usage}.`);
  }
}

/** One after the other: each build uses every core. */
async function installTools(wanted) {
  const problems = [];
  for (const tool of wanted) {
    const problem = await installTool(tool);
    if (problem !== null) problems.push({ tool, problem });
  }
  return problems;
}

if (Number(process.versions.node.split('.')[0]) < oldestNode)
  fail(`Node ${process.versions.node} is too old: install Node ${oldestNode} or newer.`);
const purpose = readPurpose();
const wanted = tools.filter(({ neededFor }) => purpose === 'all' || neededFor.includes(purpose));
const [packagesProblem, toolProblems] = await Promise.all([
  installPackages(),
  installTools(wanted),
]);
const dashboardProblem = packagesProblem === null ? await buildDashboard() : null;
await setUpNative();
for (const problem of [packagesProblem, dashboardProblem]) if (problem !== null) say(`${problem}.`);
for (const { problem } of toolProblems) say(`${problem}.`);
// Tests that need a missing tool fail by themselves and name it; the others can run.
const isFatal = ({ tool }) => purpose !== 'test' || tool.neededFor.includes('start');
if (packagesProblem !== null || dashboardProblem !== null || toolProblems.some(isFatal))
  fail('then run this command again.');
