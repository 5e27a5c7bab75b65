import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Forwards to PostgreSQL, keeps its answers back, or is down. */
export class Gate {
  readonly #sockets = new Set<Socket>();
  #isOpen = true;
  #isMute = false;
  readonly #server: Server;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#server = createServer((near) => {
      if (!this.#isOpen) return near.destroy();
      const far = connect(Number(port), hostname);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => undefined).on('close', () => other.destroy());
      }
      near.pipe(far);
      return far.on('data', (answer) => {
        if (!this.#isMute) near.write(answer);
      });
    });
  }

  async listen(url: string): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const through = new URL(url);
    through.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return through.href;
  }

  shut(): void {
    this.#isOpen = false;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  open(): void {
    this.#isOpen = true;
    this.#isMute = false;
  }

  mute(): void {
    this.#isMute = true;
  }

  async close(): Promise<void> {
    this.shut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
