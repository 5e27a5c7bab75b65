// What all rivals answer, made of a row, so that none has less to write than another.

export function userReply({ user_id: id, email, name }) {
  return { id, email, name: name ?? email };
}

export function validationReply(row) {
  const { email, name } = userReply(row);
  return {
    valid: true,
    user_id: row.user_id,
    email,
    name,
    account_id: null,
    user_data: { account_id: null, email, name, permissions: [] },
    permissions: [],
    expires_at: row.expires_at.toISOString(),
    created_at: row.created_at.toISOString(),
    source_app: row.source_app,
  };
}

export function generationReply(token, expiresAt) {
  return { session_token: token, expires_at: expiresAt.toISOString() };
}
