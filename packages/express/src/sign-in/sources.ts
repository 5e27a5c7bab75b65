import { isAppId, isOrigin, isSecureUrl, mistake, wrongOption, wrongSecret } from '@cross-app/protocol';
import { refuseUnknownKeys } from '../options.js';

/** A source app that people arrive from. */
export interface SignInSource {
  /** Its id, as in the tokens that it issues, such as `tuvens`. */
  readonly app: string;
  /** Its name as people know it. Default its id. */
  readonly name?: string | undefined;
  /**
   * Where its pages are, such as `https://tuvens.com`: forms that carry a token must come from there, and it is the
   * `iss` of its answers (RFC 9207).
   */
  readonly origin: string;
  /** Its `/authorize`, such as `https://tuvens.com/api/cross-app/authorize`. Without it no bound flow begins here. */
  readonly authorizeUrl?: string | undefined;
  /** Where people get a new link. Default the root of its origin. */
  readonly restartUrl?: string | undefined;
}

/** A source, checked, with every default filled in. */
export interface KnownSource {
  readonly app: string;
  readonly name: string;
  readonly origin: string;
  readonly authorizeUrl: string | undefined;
  readonly restartUrl: string;
}

/** @throws TypeError for what cannot be a source, or two of the same. */
export function resolveSources(
  given: SignInSource | readonly SignInSource[],
): readonly [KnownSource, ...KnownSource[]] {
  const [first, ...others] = (Array.isArray(given) ? given : [given]) as SignInSource[];
  if (first === undefined) throw mistake('crossAppSignIn: source must name at least one app');
  const sources = [resolve(first), ...others.map(resolve)] as const;
  for (const key of ['app', 'origin'] as const) {
    // An answer could be taken for the other one's.
    if (new Set(sources.map((source) => source[key])).size < sources.length) {
      throw mistake(`crossAppSignIn: two sources have the same ${key}`);
    }
  }
  return sources;
}

function resolve(source: SignInSource): KnownSource {
  const where = 'crossAppSignIn: source';
  refuseUnknownKeys(where, source, ['app', 'name', 'origin', 'authorizeUrl', 'restartUrl']);
  const { app, origin, authorizeUrl } = source;
  if (!isAppId(app))
    throw wrongOption(`${where}.app must be the id of the source app, such as 'tuvens'`, app);
  if (!isOrigin(origin)) {
    throw wrongOption(
      `${where}.origin must be an origin such as 'https://tuvens.com' (http on loopback only)`,
      origin,
    );
  }
  const restartUrl = source.restartUrl ?? `${origin}/`;
  requireUrl(`${where}.restartUrl`, restartUrl);
  if (authorizeUrl !== undefined) requireUrl(`${where}.authorizeUrl`, authorizeUrl);
  return { app, name: source.name ?? app, origin, authorizeUrl, restartUrl };
}

function requireUrl(name: string, value: string): void {
  if (!isSecureUrl(value)) throw wrongSecret(`${name} must be an https URL (http on loopback only)`, value);
}
