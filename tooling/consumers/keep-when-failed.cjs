/** A jest reporter: keeps the janitor from removing what somebody will want to look at. */
module.exports = class KeepWhenFailed {
  onRunComplete(_contexts, { numFailedTestSuites, wasInterrupted }) {
    const janitor = globalThis.crossAppJanitor;
    if (janitor === undefined || numFailedTestSuites === 0 || wasInterrupted) return;
    janitor.kill();
    console.error(`The scratch projects are kept in ${process.env.CROSS_APP_CONSUMERS}.`);
  }
};
