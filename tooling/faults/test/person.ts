import type { DemoProcess } from '@cross-app/demo-process';

/** How it went when a person arrived at Hi.Events with a token. */
export interface Arrival {
  readonly token: string;
  /** Hi.Events' last reply: 303 when the person is signed in. */
  readonly status: number;
  /** How often they pressed the button: once, unless Hi.Events said 503, try again. */
  readonly presses: number;
}

const MAX_PRESSES = 5;

/** An access token of the demo's organizer for Tuvens' API. */
export async function logIn({ tuvensUrl }: DemoProcess): Promise<string> {
  const reply = await postJson(`${tuvensUrl}/api/auth/login`, {
    email: 'organizer@example.com',
    password: 'demo',
  });
  return reply['access_token'] ?? '';
}

/** Has Tuvens issue a token for the event, and takes it to Hi.Events. */
export async function handOver(demo: DemoProcess, accessToken: string, event: string): Promise<Arrival> {
  const { session_token: token = '' } = await postJson(
    `${demo.tuvensUrl}/api/cross-app/generate-session`,
    { target_app: 'hi-events', event_data: { event } },
    { authorization: `Bearer ${accessToken}` },
  );
  return arrive(demo, token);
}

/** Posts the token to Hi.Events from a browser of its own, and again for as long as Hi.Events says so. */
export async function arrive({ hiEventsUrl }: DemoProcess, token: string): Promise<Arrival> {
  for (let presses = 1; ; presses += 1) {
    const reply = await fetch(`${hiEventsUrl}/auth/cross-app`, {
      method: 'POST',
      body: new URLSearchParams({ session_token: token, source: 'tuvens' }),
      redirect: 'manual',
    });
    await reply.arrayBuffer();
    if (reply.status !== 503 || presses === MAX_PRESSES) return { token, status: reply.status, presses };
  }
}

/** Does the work for each number up to `count`, so many at a time, and gives what came of it in their order. */
export async function forEachOf<T>(
  count: number,
  atATime: number,
  work: (number: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const at = next++;
      results[at] = await work(at);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return results;
}

async function postJson(
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const reply = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { ...headers, 'content-type': 'application/json' },
  });
  if (!reply.ok) throw new TypeError(`${url} answered ${reply.status}`);
  return (await reply.json()) as Record<string, string>;
}
