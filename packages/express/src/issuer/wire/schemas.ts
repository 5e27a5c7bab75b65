import { isAppId, isCodeChallenge, isCodeVerifier, isRedemptionId, TOKEN_LENGTH } from '@cross-app/protocol';
import type { JsonValue } from '@cross-app/protocol';
import * as z from 'zod';

// One schema a field of the wire: requests are validated by it, and OpenAPI is made from it. Patterns have no
// flags, for JSON Schema has none. Where protocol knows the form, its word counts and the pattern is for readers.
export const MAX_EVENT_DATA_BYTES = 8192;
// A whole number above zero as PostgreSQL's bigint writes it, a UUID, or a text that no number can be.
// PostgreSQL 16 and later would take 0x10 and 1_000 as numbers, earlier ones +5 and blanks.
const ID = /^([1-9][0-9]{0,18}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[a-zA-Z][!-~]{0,99})$/;
const UUID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
// PostgreSQL reads no instant of the year 0 or 10000, which a zone can make of year 1 or 9999.
const END_OF_9999 = Date.UTC(10_000, 0);

/** The fields of a wire type as schemas: none left out, none made up, optional where they are optional there. */
export type Fields<Wire> = {
  readonly [Name in keyof Wire]-?: Partial<Pick<Wire, Name>> extends Pick<Wire, Name>
    ? z.ZodExactOptional
    : z.ZodType;
};

// JSON.parse has rounded a number beyond 2^53: it may be another one's id by now, so it is none.
export const id: z.ZodType<string | number> = z.union([z.int().min(1), z.string().regex(ID)]).meta({
  description:
    'A whole number above zero, as a number or as text, a UUID, or text that starts with a letter.',
  examples: ['7', 7, '0b5e6a7c-1111-4222-8333-944455556666', 'acc_8fK-2'],
});

export const accountId: z.ZodType<string | number | null> = id.nullable().meta({
  description: 'The account to act for. Null is as if it were not sent.',
  examples: ['7', 7, null],
});

export const appId: z.ZodType<string> = z
  .string()
  .regex(/^[!-~]{1,50}$/)
  .refine(isAppId)
  .meta({ description: 'The id of an app.', examples: ['hi-events'] });

export const redirectUri: z.ZodType<string> = z.string().meta({
  description: 'Where the person will land: one of the URLs that are registered for the target app, exactly.',
  examples: ['https://hi.events/auth/cross-app'],
});

export const eventData: z.ZodType<JsonValue> = z
  .custom<JsonValue>((value) => jsonBytes(value) <= MAX_EVENT_DATA_BYTES)
  .meta({
    description: `What goes along to the target app: any JSON of up to ${MAX_EVENT_DATA_BYTES} bytes.`,
    examples: [{ event: 'gala' }],
  });

export const codeChallenge: z.ZodType<string> = z
  .string()
  .regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/)
  .refine(isCodeChallenge)
  .meta({
    description: 'S256 challenge (RFC 7636): then only the browser with its verifier can use the token.',
    examples: ['E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'],
  });

export const codeVerifier: z.ZodType<string> = z
  .string()
  .regex(/^[A-Za-z0-9\-._~]{43,128}$/)
  .refine(isCodeVerifier)
  .meta({
    description: 'The verifier (RFC 7636) of a token that was issued with a challenge.',
    examples: ['dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'],
  });

export const sessionToken: z.ZodType<string> = z.string().meta({
  description: `The token: ${TOKEN_LENGTH} characters. It is used up once, and must not be logged.`,
  examples: ['handoff_AQAexampleexampleexampleexampleexampleexampleexampleexam'],
});

export const redemptionId: z.ZodType<string> = z
  .string()
  .regex(UUID)
  .refine(isRedemptionId)
  .meta({
    format: 'uuid',
    description: 'A UUID other than the nil one. The same one again is a retry, and gets the same answer.',
    examples: ['3f0a1c52-9a53-4c5e-8d3e-0d1c2b3a4f5e'],
  });

export const redeemed: z.ZodType<boolean> = z.boolean().meta({
  description: 'True for a token that this app has redeemed.',
  examples: [true],
});

export const permission: z.ZodType<string> = z
  .string()
  .regex(/^[!-~]{1,100}$/)
  .meta({ description: 'What the person wants to do.', examples: ['events:create'] });

export const resourceId: z.ZodType<string | number | null> = z
  .union([z.int().min(0), z.string().regex(/^[^\p{Cc}\p{Cs}]{1,200}$/u), z.null()])
  .meta({ description: 'The thing to do it to.', examples: ['42', 42, null] });

export const issuedBefore: z.ZodType<string> = z.iso
  .datetime({ offset: true })
  .refine(isStorable)
  .meta({
    description: 'Only what was issued before this instant: ISO 8601 with a zone, of 1970 to 9999.',
    examples: ['2026-01-31T12:00:00Z'],
  });

export const all: z.ZodType<boolean> = z.boolean().meta({
  description: 'Must be true when nothing else is given.',
  examples: [true],
});

function isStorable(instant: string): boolean {
  const time = Date.parse(instant);
  return time >= 0 && time < END_OF_9999;
}

function jsonBytes(value: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch {
    return Infinity; // nested so deep that JSON.stringify runs out of stack, which JSON.parse did not
  }
}
