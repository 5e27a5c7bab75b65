import { handoffForm, makeToken } from '@cross-app/protocol';
import type { HandoffForm, IdInput, JsonValue } from '@cross-app/protocol';
import { invalidArgument } from '../errors.js';

/** What goes along with the person. */
export interface LaunchRequest {
  /** The account to use at the target app. Default none. */
  readonly accountId?: IdInput | null | undefined;
  /** For the target app, past the browser: it stays at the issuer until the token is redeemed. */
  readonly payload?: JsonValue | undefined;
  /** What the person came to do, such as `create-event`. Sent in the form. */
  readonly action?: string | undefined;
  /** Sent in the form, as JSON of up to 2,000 characters. */
  readonly eventData?: JsonValue | undefined;
  /** The app they come from. Sent in the form. */
  readonly source?: string | undefined;
}

/** The form that takes the token to the landing. */
export function launchForm(landingUrl: string, request: LaunchRequest, token: string): HandoffForm {
  const { action, source, eventData } = request;
  return handoffForm(landingUrl, {
    token,
    ...(action === undefined ? {} : { action }),
    ...(source === undefined ? {} : { source }),
    ...(eventData === undefined ? {} : { eventData }),
  });
}

/**
 * Tries the form with a token that opens nothing: what does not fit must not use up a handoff first, as
 * people have ten a minute.
 *
 * @throws CrossAppError `invalid_argument`.
 */
export function requireSendable(landingUrl: string, request: LaunchRequest): void {
  const token = makeToken({ randomBytes: new Uint8Array(32), expiresAtSeconds: 1 });
  try {
    launchForm(landingUrl, request, token);
  } catch {
    throw invalidArgument('eventData must be JSON of up to 2,000 characters; give more as payload');
  }
}
