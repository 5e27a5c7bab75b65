import type { CrossAppUser, WireAccount } from '@cross-app/protocol';
import { sendPage } from '../../pages/send.js';
import type { IssuerUser } from '../user.js';
import { ownPath } from './own-path.js';
import { writeParameters } from './request.js';
import type { AuthorizationRequest, ReturnAddress } from './request.js';
import { urlBack } from './send-back.js';
import type { Answer, Visit } from './visit.js';

/** The page that asks which of several accounts it is. */
export function showAccounts(
  visit: Visit,
  { back, request }: { readonly back: ReturnAddress; readonly request: AuthorizationRequest },
  { person, accounts }: { readonly person: CrossAppUser; readonly accounts: readonly WireAccount[] },
): Answer {
  const { authorize } = visit.issuer;
  const { name, email } = person;
  return (res) => {
    sendPage(res, authorize.pages, {
      page: {
        kind: 'choose-account',
        target: authorize.appNames.get(back.appId) ?? back.appId,
        person: name === '' ? null : { name, email: email === '' ? null : email },
        accounts: accounts.map((account) => ({ id: account.id, name: account.name })),
        form: { action: ownPath(visit.req), fields: writeParameters(back, request) },
        cancelUrl: urlBack(back, { error: 'access_denied' }),
      },
      status: 200,
      // Chrome applies form-action to the redirects that follow too: to the landing, and from there to wherever the
      // target app sends the person on.
      formTargets: [new URL(back.redirectUri).origin, 'https:'],
      // With no-referrer the form would come from the origin "null".
      referrerPolicy: 'strict-origin',
    });
  };
}

/** The user as `listAccounts` gets to know them: what the host's own user says of an e-mail and a name. */
export function personOf(user: IssuerUser): CrossAppUser {
  const email = 'email' in user && typeof user.email === 'string' ? user.email : '';
  const name = 'name' in user && typeof user.name === 'string' ? user.name : '';
  return { id: String(user.id), email, name: name === '' ? email : name };
}
