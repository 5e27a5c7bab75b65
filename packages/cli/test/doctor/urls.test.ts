import { runDoctor } from './run-doctor.js';

const checkDomain = async (domain: string) => {
  const { find } = await runDoctor(undefined, { env: { HI_EVENTS_DOMAIN: domain } });
  return find('hi-events-domain');
};
const checkIssuerUrl = async (url: string) => {
  const { find } = await runDoctor(undefined, { args: ['--issuer-url', url] });
  return { url: find('issuer-url'), issuer: find('issuer') };
};

describe('HI_EVENTS_DOMAIN is', () => {
  it.each([
    'https://hi.events',
    'https://hi.events:8443',
    'http://localhost:4000',
    'http://127.0.0.1',
    'http://[::1]:1',
  ])('ok as %s', async (domain) => {
    expect(await checkDomain(domain)).toMatchObject({
      status: 'ok',
      message: `HI_EVENTS_DOMAIN is ${domain}`,
    });
  });

  it('a warning with a slash at its end', async () => {
    expect(await checkDomain('https://hi.events/')).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/ends with a slash/),
      advice: 'Write https://hi.events.',
    });
  });

  it.each([
    ['hi.events', /has no scheme/, 'Write it as https://hi.events.'],
    ['hi.events:8443/', /has no scheme/, 'Write it as https://hi.events:8443.'],
    ['//hi.events', /has no scheme/, 'Write it as https://hi.events.'],
    ['http://hi.events', /is http, so hi\.events and everyone/, /write https:\/\/hi\.events;/],
    ['http://10.0.0.5:4000/', /is http/, /write https:\/\/10\.0\.0\.5:4000;/],
    ['http://localhost.hi.events', /is http/, /certificate/],
    ['ftp://hi.events', /begins with ftp:/, /Write it as/],
    ['https://hi.events/auth', /has a path/, /Write it as/],
    ['https://hi.events?x=1', /has a query/, /Write it as/],
    ['https://me:canary@hi.events', /has credentials/, /Write it as/],
    ['https://', /is not a URL/, /Write it as/],
    ['https://hi.events ', /blanks around/, /Write it as/],
  ])('a failure as %j', async (domain, message, advice) => {
    const check = await checkDomain(domain);
    expect(check).toMatchObject({ status: 'fail', message: expect.stringMatching(message) });
    expect(check?.advice).toMatch(advice);
    expect(JSON.stringify(check)).not.toContain('canary');
  });
});

describe('the URL of the issuer', () => {
  it('may have a path, and a slash at its end is a warning', async () => {
    const { url } = await checkIssuerUrl('http://127.0.0.1:1/api/cross-app');
    expect(url).toMatchObject({ status: 'ok' });
    const { url: withSlash } = await checkIssuerUrl('http://127.0.0.1:1/api/cross-app/');
    expect(withSlash).toMatchObject({ status: 'warn', advice: 'Write http://127.0.0.1:1/api/cross-app.' });
  });

  it.each([
    'http://tuvens.example/api',
    'tuvens.example/api',
    'https://a:canary@tuvens.example',
    'https://127.0.0.1:1/?a',
  ])('is a failure as %s, and nothing is sent there', async (address) => {
    const { url, issuer } = await checkIssuerUrl(address);
    expect(url).toMatchObject({ status: 'fail' });
    expect(issuer).toBeUndefined();
  });

  it('is not needed', async () => {
    const { find } = await runDoctor(undefined);
    expect(find('issuer-url')).toMatchObject({ status: 'ok', message: expect.stringMatching(/not tried/) });
  });
});
