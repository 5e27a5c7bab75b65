/** The part of Content Security Policy Level 3 that decides about forms, inline scripts and frames. */
export interface Policy {
  allowsForm(target: URL): boolean;
  allowsInlineScript(nonce: string | undefined): boolean;
  /** Whether a page of another origin may show it in a frame; `X-Frame-Options` counts where this says nothing. */
  allowsFrameOf(ancestor: URL): boolean;
}

type Directives = ReadonlyMap<string, readonly string[]>;

/** @param page where the page is: what `'self'` stands for. */
export function readPolicy(headers: Readonly<Record<string, string>>, page: URL): Policy {
  const policies = (headers['content-security-policy'] ?? '').split(',').map(readDirectives);
  const every = (name: string, isAllowed: (sources: readonly string[]) => boolean): boolean =>
    policies.every((policy) => {
      const sources = sourcesOf(policy, name);
      return sources === undefined || isAllowed(sources);
    });
  const saysFrames = policies.some((policy) => policy.has('frame-ancestors'));
  return {
    allowsForm: (target) => every('form-action', (sources) => matchesAny(sources, target, page)),
    allowsInlineScript: (nonce) => every('script-src', (sources) => allowsInline(sources, nonce)),
    allowsFrameOf: (ancestor) =>
      saysFrames
        ? every('frame-ancestors', (sources) => matchesAny(sources, ancestor, page))
        : allowsByOption(headers['x-frame-options'], ancestor, page),
  };
}

function readDirectives(text: string): Directives {
  const directives = new Map<string, readonly string[]>();
  for (const part of text.split(';')) {
    const [name = '', ...sources] = part.trim().split(/\s+/);
    const key = name.toLowerCase();
    if (key !== '' && !directives.has(key)) directives.set(key, sources);
  }
  return directives;
}

// Neither forms nor frames fall back to default-src.
function sourcesOf(policy: Directives, name: string): readonly string[] | undefined {
  return policy.get(name) ?? (name === 'script-src' ? policy.get('default-src') : undefined);
}

function allowsInline(sources: readonly string[], nonce: string | undefined): boolean {
  if (nonce !== undefined && sources.includes(`'nonce-${nonce}'`)) return true;
  const hasNonceOrHash = sources.some((source) => /^'(?:nonce|sha\d+)-/.test(source));
  return sources.includes("'unsafe-inline'") && !hasNonceOrHash;
}

function matchesAny(sources: readonly string[], url: URL, page: URL): boolean {
  return sources.some((source) => {
    if (source === '*') return true;
    if (source === "'self'") return url.origin === page.origin;
    if (/^[a-z]+:$/i.test(source)) return url.protocol === source.toLowerCase();
    return URL.canParse(source) && new URL(source).origin === url.origin;
  });
}

function allowsByOption(option: string | undefined, ancestor: URL, page: URL): boolean {
  if (option === undefined) return true;
  if (option.toLowerCase() === 'deny') return false;
  return option.toLowerCase() === 'sameorigin' ? ancestor.origin === page.origin : true;
}
