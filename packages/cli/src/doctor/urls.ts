import { isSecureUrl } from '@cross-app/protocol';
import { fail, ok, warn } from './check.js';
import type { Check, Problem } from './check.js';
import type { Configuration } from './configuration.js';

/** The addresses of the two apps as they are written: nothing is sent there. */
export function checkUrls({ hiEventsDomain, issuerUrl }: Configuration): Check[] {
  return [
    judge('hi-events-domain', {
      what: 'HI_EVENTS_DOMAIN',
      value: hiEventsDomain,
      example: 'https://hi.events',
      otherwise: 'HI_EVENTS_DOMAIN is not set',
      mayHavePath: false,
    }),
    judge('issuer-url', {
      what: '--issuer-url',
      value: issuerUrl,
      example: 'https://tuvens.com/api/cross-app',
      otherwise: 'no --issuer-url was given, so the issuer and the shared secret were not tried',
      mayHavePath: true,
    }),
  ];
}

export function isLoopbackUrl(url: string): boolean {
  const { protocol, host } = new URL(url);
  // What http is allowed for is what protocol takes for this machine.
  return /^https?:$/.test(protocol) && isSecureUrl(`http://${host}`);
}

interface Address {
  /** Where the value comes from. The value itself is not repeated: it may hold a password. */
  readonly what: string;
  readonly value: string | undefined;
  readonly example: string;
  readonly otherwise: string;
  readonly mayHavePath: boolean;
}

function judge(name: string, address: Address): Check {
  const { value, what, otherwise } = address;
  if (value === undefined) return ok(name, otherwise);
  const problem = findProblem(value, address);
  if (problem === undefined) return ok(name, `${what} is ${new URL(value).href.replace(/\/$/, '')}`);
  return (problem.status === 'fail' ? fail : warn)(name, problem.message, problem.advice);
}

function findProblem(value: string, { what, example, mayHavePath }: Address): Problem | undefined {
  const broken = (message: string, advice = `Write it as ${example}.`): Problem => ({
    status: 'fail',
    message: `${what} ${message}`,
    advice,
  });
  if (value !== value.trim()) return broken('has blanks around it');
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return broken('has no scheme', adviseScheme(value, example));
  if (!URL.canParse(value)) return broken('is not a URL');
  const url = new URL(value);
  if (!/^https?:$/.test(url.protocol)) return broken(`begins with ${url.protocol}//`);
  if (url.username !== '' || url.password !== '') return broken('has credentials in it');
  if (url.search !== '' || url.hash !== '') return broken('has a query or a fragment');
  if (!isSecureUrl(value)) {
    return broken(
      `is http, so ${url.host} and everyone in between reads what is sent there`,
      `Serve it with a certificate and write ${new URL(value.replace(/^http:/i, 'https:')).href.replace(/\/$/, '')}; http is for this machine only.`,
    );
  }
  if (!mayHavePath && url.pathname.replace(/\/+$/, '') !== '') return broken('has a path');
  if (value.endsWith('/')) {
    return {
      status: 'warn',
      message: `${what} ends with a slash: code that adds a path makes // of it, and no Origin header equals it`,
      advice: `Write ${url.href.replace(/\/+$/, '')}.`,
    };
  }
  return undefined;
}

function adviseScheme(value: string, example: string): string {
  const isHost = /^[a-z0-9.-]+(:\d+)?\/?$/i.test(value);
  return `Write it as ${isHost ? `https://${value.replace(/\/$/, '')}` : example}.`;
}
