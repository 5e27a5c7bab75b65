// Removes a folder when the process that forked this one is gone, however it ended.
const { rm } = require('node:fs/promises');

// An npm that is being interrupted may write to it for some seconds more.
const OPTIONS = { recursive: true, force: true, maxRetries: 10, retryDelay: 500 };

process.once('disconnect', () => rm(process.argv[2], OPTIONS));
