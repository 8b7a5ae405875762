import { expect, test } from 'vitest';
import { killCounters, killsIn, memoryGroups } from './cgroup-memory.ts';

test('finds the one group of version 2', () => {
  const [group] = memoryGroups('0::/kubepods/burstable/pod1/worker\n');
  expect(group).toEqual({ version: 2, path: '/kubepods/burstable/pod1/worker' });
  expect(killCounters(group as NonNullable<typeof group>)).toEqual([
    '/sys/fs/cgroup/kubepods/burstable/pod1/worker/memory.events',
    '/sys/fs/cgroup/memory.events',
  ]);
});

test('finds the group of memory among those of version 1, and knows a path with colons', () => {
  const text = '12:cpu,cpuacct:/a\n9:memory:/docker/ab:cd\n1:name=systemd:/x\n0::/system.slice\n';
  expect(memoryGroups(text)).toEqual([
    { version: 1, path: '/docker/ab:cd' },
    { version: 2, path: '/system.slice' },
  ]);
  expect(killCounters({ version: 1, path: '/docker/ab:cd' })).toEqual([
    '/sys/fs/cgroup/memory/docker/ab:cd/memory.oom_control',
    '/sys/fs/cgroup/memory/memory.oom_control',
    '/sys/fs/cgroup/memory/docker/ab:cd/memory.failcnt',
    '/sys/fs/cgroup/memory/memory.failcnt',
  ]);
});

test('looks at the root once where the group is the root, and never above it', () => {
  expect(killCounters({ version: 2, path: '/' })).toEqual(['/sys/fs/cgroup/memory.events']);
  expect(killCounters({ version: 2, path: '/../../other' })[0]).toBe(
    '/sys/fs/cgroup/other/memory.events',
  );
});

test.each([
  ['low 0\nhigh 0\nmax 113\noom 4\noom_kill 3\noom_group_kill 0\n', 3],
  ['oom_kill_disable 0\nunder_oom 0\noom_kill 12\n', 12],
  ['oom_kill_disable 0\nunder_oom 0\n', undefined],
  ['low 0\nhigh 0\nmax 0\noom 0\n', undefined],
  ['412\n', 412],
  ['', undefined],
])('reads the count of kills of %j', (text, kills) => {
  expect(killsIn(text)).toBe(kills);
});

test('reads nothing of a process without groups', () => {
  expect(memoryGroups('')).toEqual([]);
  expect(memoryGroups('4:cpu:/a\n')).toEqual([]);
});
