/** A referrer policy that browsers know; anything else is ignored, and the default is kept. */
export type ReferrerPolicy = (typeof POLICIES)[number];

const POLICIES = [
  'no-referrer',
  'no-referrer-when-downgrade',
  'origin',
  'origin-when-cross-origin',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
] as const;

export const DEFAULT_POLICY: ReferrerPolicy = 'strict-origin-when-cross-origin';

/** The last policy of a `Referrer-Policy` header or meta that is known, or undefined. */
export function readReferrerPolicy(text: string | undefined): ReferrerPolicy | undefined {
  const named = (text ?? '').split(',').map((each) => each.trim().toLowerCase());
  return named.flatMap((name) => POLICIES.filter((policy) => policy === name)).at(-1);
}

/** `Referer`, or undefined where none is sent (Referrer Policy, section 8.3). */
export function referrerOf(from: URL, to: URL, policy: ReferrerPolicy): string | undefined {
  const isDowngrade = from.protocol === 'https:' && to.protocol !== 'https:';
  const isSameOrigin = from.origin === to.origin;
  const origin = `${from.origin}/`;
  const full = `${origin.slice(0, -1)}${from.pathname}${from.search}`;
  switch (policy) {
    case 'no-referrer':
      return undefined;
    case 'origin':
      return origin;
    case 'unsafe-url':
      return full;
    case 'same-origin':
      return isSameOrigin ? full : undefined;
    case 'origin-when-cross-origin':
      return isSameOrigin ? full : origin;
    case 'no-referrer-when-downgrade':
      return isDowngrade ? undefined : full;
    case 'strict-origin':
      return isDowngrade ? undefined : origin;
    case 'strict-origin-when-cross-origin':
      if (isSameOrigin) return full;
      return isDowngrade ? undefined : origin;
  }
}

/** `Origin` of a form post: `null` where the policy hides it (Fetch, "append a request Origin header"). */
export function originOf(from: URL, to: URL, policy: ReferrerPolicy): string {
  const isDowngrade = from.protocol === 'https:' && to.protocol !== 'https:';
  if (policy === 'no-referrer') return 'null';
  if (policy === 'same-origin') return from.origin === to.origin ? from.origin : 'null';
  if (/^strict-|-when-downgrade$/.test(policy)) return isDowngrade ? 'null' : from.origin;
  return from.origin;
}
