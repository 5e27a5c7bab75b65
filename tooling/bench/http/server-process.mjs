import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));

/** Starts the server. With `profileFolder`, it writes where its time went there when it is stopped. */
export async function startServer({ databaseUrl, secret, profileFolder }) {
  const profile = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const child = fork(SERVER, [databaseUrl, secret], {
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
    async cpuSeconds() {
      const answer = once(child, 'message');
      child.send('CPU');
      return (await answer)[0];
    },
    async stop() {
      child.disconnect();
      await exit;
    },
  };
}
