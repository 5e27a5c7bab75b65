import { CrossAppError, handoffFields } from '@cross-app/protocol';
import type { IdInput, JsonValue } from '@cross-app/protocol';

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

/**
 * What the form has beside the token. Asked for before a token is issued: what cannot be sent must not use up a
 * handoff first, as people have ten a minute.
 *
 * @throws CrossAppError `invalid_argument`.
 */
export function launchFields(request: LaunchRequest): Readonly<Record<string, string>> {
  const { action, source, eventData } = request;
  try {
    return handoffFields({ action, source, eventData });
  } catch (cause) {
    throw new CrossAppError('invalid_argument', { cause });
  }
}
