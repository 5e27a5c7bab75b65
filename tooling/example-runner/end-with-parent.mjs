// Loaded into each app beside its own code: it ends when whoever started it is gone, however that ended.
process.once('disconnect', () => process.exit());
process.channel?.unref(); // a listener would keep an app alive that has nothing else to do
