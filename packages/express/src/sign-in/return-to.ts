import { parseReturnTo } from '@cross-app/protocol';

/** Where a browser may be sent. */
export interface ReturnRules {
  readonly origin: string;
  readonly landingUrl: string;
  /** Other origins. */
  readonly returnOrigins: readonly string[];
}

/** Where the browser goes afterwards, or undefined for what is refused: elsewhere, and back to the sign-in itself. */
export function findReturnTo(
  { origin, landingUrl, returnOrigins }: ReturnRules,
  value: string | undefined,
): string | undefined {
  const href = parseReturnTo(value, origin, returnOrigins);
  return href === undefined || isAtOrBelow(href, landingUrl) ? undefined : href;
}

// A sign-in that ends where it began would go round, or show a page that was meant for another step.
function isAtOrBelow(href: string, landingUrl: string): boolean {
  const [place, landing] = [new URL(href), new URL(landingUrl)];
  return (
    place.origin === landing.origin &&
    `${place.pathname}/`.startsWith(`${landing.pathname.replace(/\/$/, '')}/`)
  );
}
