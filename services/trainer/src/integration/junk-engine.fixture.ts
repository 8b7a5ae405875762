/** An engine process for the tests of its border: it answers a task with the message that stands in its base model's folder name. */
process.on('disconnect', () => process.exit(0));
process.on('message', (raw: { kind: string; task?: { modelFolder: string } }) => {
  if (raw.kind !== 'train' || raw.task === undefined) return;
  process.send?.(JSON.parse(raw.task.modelFolder));
});
