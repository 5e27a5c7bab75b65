import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * Starts a server, which `serve` of serve.mjs makes, in a process of its own: `file` is its URL, `args` are its arguments.
 * With `profileFolder`, it writes where its time went there when it is stopped.
 */
export async function startServer(file, { args, profileFolder }) {
  const profile = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const child = fork(fileURLToPath(file), args, {
    execArgv: profile,
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const exit = once(child, 'exit');
  const [port] = await Promise.race([
    once(child, 'message'),
    exit.then(([code]) => {
      throw new RangeError(`the server ended with ${code}`);
    }),
  ]);
  return {
    url: `http://127.0.0.1:${port}`,
    /** What the server has done so far: `{ cpuSeconds }`, and what else it counts. */
    async facts() {
      const answer = once(child, 'message');
      child.send('facts');
      return (await answer)[0];
    },
    async stop() {
      child.disconnect();
      await exit;
    },
  };
}
