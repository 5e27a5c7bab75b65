import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { listenOnLocalhost } from '../src/localhost-server.js';
import { StartError } from '../src/start-error.js';

const setting = 'TUVENS_PORT';

it('answers with the app on localhost, and nowhere else', async () => {
  const server = await listenOnLocalhost({ port: 0, setting });
  server.serve((_req, res) => res.end('here'));
  const { port } = new URL(server.url);
  expect(server.url).toBe(`http://localhost:${port}`);
  for (const host of ['localhost', '127.0.0.1']) {
    expect(await (await fetch(`http://${host}:${port}`)).text()).toBe('here');
  }
  await server.close();
  await expect(fetch(server.url)).rejects.toThrow('fetch failed');
});

it.each(['127.0.0.1', '0.0.0.0'])('says which port is taken when somebody listens on %s', async (host) => {
  const other = createServer().listen(0, host);
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const error: unknown = await listenOnLocalhost({ port, setting }).catch((thrown: unknown) => thrown);
  other.close();
  expect(error).toBeInstanceOf(StartError);
  expect((error as StartError).message).toBe(
    `Port ${port} is in use: stop what uses it, or set TUVENS_PORT to another one (0 takes any free one).`,
  );
});

it('closes although browsers keep connections open, and finishes what it answers', async () => {
  const server = await listenOnLocalhost({ port: 0, setting });
  server.serve((req, res) => {
    if (req.url === '/slow') setTimeout(() => res.end('done'), 200);
    else res.end('kept alive');
  });
  const { port } = new URL(server.url);
  const silent = connect(Number(port), '127.0.0.1');
  await once(silent, 'connect');
  await (await fetch(server.url)).text();
  const slow = fetch(`${server.url}/slow`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const startedAt = performance.now();
  await Promise.all([server.close(), expect(slow.then((reply) => reply.text())).resolves.toBe('done')]);
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  silent.destroy();
});

it('takes a port on both addresses of localhost, or on none', async () => {
  const other = createTcpServer();
  if (!(await canListen(other, '::1'))) return;
  const { port } = other.address() as AddressInfo;
  const taken = listenOnLocalhost({ port, setting });
  await expect(taken).rejects.toThrow(`Port ${port} is in use`);
  await new Promise((resolve) => other.close(resolve));
  const server = await listenOnLocalhost({ port, setting });
  await server.close();
});

function canListen(server: Server, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(0, host, () => {
      resolve(true);
    });
  });
}
