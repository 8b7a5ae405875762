/** For tests: a process that does nothing until it is ended, or its parent is gone. */
process.on('disconnect', () => process.exit(0));
process.on('message', () => process.exit(3));
process.send?.('ready');
