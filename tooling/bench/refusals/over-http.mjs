import { measurePosts } from '../common/load.mjs';
import { startServer } from '../common/server-process.mjs';
import { makeTokens } from '../common/tokens.mjs';

const SERVER = new URL('server.mjs', import.meta.url);

const bare = { isFree: true, make: (_, count) => makeTokens(count) };

/** What the refusals over HTTP are beside: the same bodies to handlers that read no token. */
export const BARE = [
  { ...bare, name: 'bare', path: 'bare', status: 200 },
  { ...bare, name: 'bare, refusing', path: 'bare-refusal', code: 'token_malformed', status: 400 },
];

/** The middleware over HTTP: `{ run({ tokens, kind }, size) => { seconds, queries, serverSeconds }, stop() }`. */
export async function openServer(databaseUrl, { cpuProf }) {
  const server = await startServer(SERVER, { args: [databaseUrl], profileFolder: cpuProf });
  await learnTime(server.url);
  return {
    async run({ tokens, kind }, size) {
      const { path = 'redeem', code, status } = kind;
      const nextBody = () => bodyOf(tokens.pop());
      const before = await server.facts();
      const seconds = await measurePosts(`${server.url}/${path}`, { nextBody, headers: {}, status }, size);
      const after = await server.facts();
      mustBeRefused(after.refusals[code] - (before.refusals[code] ?? 0), kind, size.calls);
      return {
        seconds,
        queries: after.queries - before.queries,
        serverSeconds: after.cpuSeconds - before.cpuSeconds,
      };
    },
    stop: () => server.stop(),
  };
}

// Outside all refusals look the same. What is accepted is known by its status.
function mustBeRefused(count, { name, code, status }, due) {
  if (status === 200 || count === due) return;
  throw new RangeError(`${name}: ${count} were refused as ${code}, where ${due} are due`);
}

// Without the database's time nothing is known to have expired long ago.
async function learnTime(url) {
  const post = { nextBody: () => bodyOf(makeTokens(1)[0]), headers: {}, status: 401 };
  await measurePosts(`${url}/redeem`, post, { calls: 1, connections: 1 });
}

function bodyOf(token) {
  return JSON.stringify({ session_token: token });
}
