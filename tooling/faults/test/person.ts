import type { DemoProcess } from '@cross-app/demo-process';

/** A browser on Hi.Events' page that goes on with a token. */
export interface OnTheWay {
  readonly token: string;
  readonly cookie: string;
}

/** How it went when a person arrived at Hi.Events with a token. */
export interface Arrival extends OnTheWay {
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
export async function handOver(
  demo: DemoProcess,
  accessToken: string,
  { event, presses }: { event: string; presses?: number },
): Promise<Arrival> {
  const { session_token: token = '' } = await postJson(
    `${demo.tuvensUrl}/api/cross-app/generate-session`,
    { target_app: 'hi-events', event_data: { event } },
    { authorization: `Bearer ${accessToken}` },
  );
  return pressButton(demo, await land(demo, token), presses);
}

/** Posts Tuvens' form to Hi.Events from a browser of its own, which gets a cookie and a button there. */
export async function land({ tuvensUrl, hiEventsUrl }: DemoProcess, token: string): Promise<OnTheWay> {
  const reply = await fetch(`${hiEventsUrl}/auth/cross-app`, {
    method: 'POST',
    headers: { origin: tuvensUrl },
    body: new URLSearchParams({ session_token: token, source: 'tuvens' }),
    redirect: 'manual',
  });
  await reply.arrayBuffer();
  if (reply.status !== 200) throw new TypeError(`the landing answered ${reply.status}`);
  const [cookie = ''] = reply.headers.getSetCookie().map((each) => each.split(';')[0] ?? '');
  return { token, cookie };
}

/** Presses the button there, and again for as long as Hi.Events says so, up to so many times. */
export async function pressButton(
  { hiEventsUrl }: DemoProcess,
  { token, cookie }: OnTheWay,
  maxPresses = MAX_PRESSES,
): Promise<Arrival> {
  for (let presses = 1; ; presses += 1) {
    const reply = await fetch(`${hiEventsUrl}/auth/cross-app/continue`, {
      method: 'POST',
      headers: { origin: hiEventsUrl, cookie },
      body: new URLSearchParams({ session_token: token, source: 'tuvens' }),
      redirect: 'manual',
    });
    await reply.arrayBuffer();
    if (reply.status !== 503 || presses >= maxPresses) {
      return { token, cookie, status: reply.status, presses };
    }
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
