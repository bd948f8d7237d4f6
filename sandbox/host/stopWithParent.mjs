// Loaded into n8n before n8n itself. The channel to the process that started it closes when that process is gone, even
// when it was killed and could not clean up: then n8n ends too instead of staying behind without an owner.
const GRACE_MS = 10_000;

// With the owner its end of our output is gone. n8n would report that in its output, and so on without end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.channel?.unref();
process.once('disconnect', () => {
	// n8n leads its process group: the negative id is everything it has started as well.
	setTimeout(() => process.kill(-process.pid, 'SIGKILL'), GRACE_MS).unref();
	process.kill(process.pid, 'SIGTERM');
});
