/** What the fake issuer does instead of the right thing, until it is told otherwise. */
export interface Misbehaviour {
  /** Sent as `iss`; null sends none (RFC 9207). */
  readonly iss?: string | null;
  /** Sent as `state`; null sends none. */
  readonly state?: string | null;
  /** Binds the token to this challenge, and not to the browser's; null binds it to none. */
  readonly challenge?: string | null;
  /** Sends back this error of RFC 6749, section 4.1.2.1, and no token. */
  readonly error?: string;
}

/** A reply of `/authorize`, as the parameters that go back to the target app. */
export function replyParameters(
  right: Readonly<Record<string, string>>,
  { iss, state }: Misbehaviour,
): URLSearchParams {
  const parameters = new URLSearchParams(right);
  for (const [name, value] of Object.entries({ iss, state })) {
    if (value === null) parameters.delete(name);
    else if (value !== undefined) parameters.set(name, value);
  }
  return parameters;
}
