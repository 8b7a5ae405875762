/** For tests: a service that does nothing until it is ended, or its parent is gone. */
process.on('disconnect', () => process.exit(0));
process.send?.({ kind: 'ready' });
