import { NoAnswer } from './in-time.js';

/** The SQLSTATE that PostgreSQL gave, wherever the error has been wrapped. */
function sqlState(error: unknown): string | undefined {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code)) return code;
  return cause === undefined ? undefined : sqlState(cause);
}

function isAny(error: unknown, states: readonly string[]): boolean {
  return states.includes(sqlState(error) ?? '');
}

export function isSerializationFailure(error: unknown): boolean {
  return isAny(error, ['40001']);
}

/** A serialization failure or a deadlock (40P01): the statement has done nothing, and may well do it now. */
export function isUndone(error: unknown): boolean {
  return isSerializationFailure(error) || isAny(error, ['40P01']);
}

// Class 08 is a connection exception, 57P01 to 57P03 a server that goes down or comes up; without a
// SQLSTATE the socket broke.
export function isBrokenConnection(cause: unknown): boolean {
  if (cause instanceof NoAnswer) return false;
  const state = sqlState(cause);
  return state === undefined || state.startsWith('08') || /^57P0[123]$/.test(state);
}

/** Whether it failed for what it was to write, not for how things are: 22 is of values, 23 of constraints. */
export function isRefusedRow(error: unknown): boolean {
  return /^2[23]/.test(sqlState(error) ?? '');
}

/** 42501, 42883 and 0A000: what was asked for is not this role's to know, not there, or not supported. */
export function isNotTold(error: unknown): boolean {
  return isAny(error, ['42501', '42883', '0A000']);
}

const NOT_OF_THE_TYPE = ['22P02', '22003'];

/**
 * Whether a statement failed because of an id it was given: 22P02 and 22003 are not of the column's type, 23503
 * was deleted a moment ago.
 */
export function isUnknownId(error: unknown): boolean {
  return isAny(error, [...NOT_OF_THE_TYPE, '23503']);
}

/**
 * Whether a statement for several calls may have failed for one of them: for a value (22), a constraint (23, 44), a
 * trigger (P0) or a row's security (42501), in a deadlock (40P01), behind a lock (55P03), or for taking long (57014).
 */
export function mayBeOfOneRow(error: unknown): boolean {
  return /^(?:22|23|44|P0)|^(?:42501|40P01|55P03|57014)$/.test(sqlState(error) ?? '');
}

/**
 * Whether a statement may have failed, before it did anything, for having been prepared: then the types of its values
 * are those of the columns as they were, its plan is {@link isStalePlan stale}, or a pooler has hidden it.
 */
export function isOfPreparing(error: unknown): boolean {
  return isAny(error, NOT_OF_THE_TYPE) || isStalePlan(error) || isOfPooler(error);
}

/** 0A000: what the statement gives has another type than it had when this connection prepared it. */
export function isStalePlan(error: unknown): boolean {
  return isAny(error, ['0A000']);
}

/** 26000 and 42P05: the connection has not the prepared statements that it had, or others. */
export function isOfPooler(error: unknown): boolean {
  return isAny(error, ['26000', '42P05']);
}
