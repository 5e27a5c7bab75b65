// What a careful person types: one prepared statement in a handler, and none of our guarantees. Nobody has to prove anything.
import { randomBytes } from 'node:crypto';
import { json, Router } from 'express';
import pg from 'pg';
import { hashOf, TARGET_APP } from '../../common/tokens.mjs';
import { CONNECTIONS } from '../connections.mjs';
import { nextPerson } from '../people.mjs';
import { generationReply, userReply, validationReply } from '../replies.mjs';

const UPDATE = `
  UPDATE cross_app_sessions s SET used_at = now()
  FROM users u
  WHERE s.token_hash = $1 AND s.target_app = $2 AND u.id = s.user_id
    AND s.used_at IS NULL AND s.revoked_at IS NULL AND s.expires_at > now()
  RETURNING s.user_id, s.source_app, s.created_at, s.expires_at, u.email, u.name`;
const INSERT = `
  INSERT INTO cross_app_sessions (token_hash, user_id, target_app, expires_at)
  VALUES ($1, $2, $3, now() + interval '15 minutes')
  RETURNING expires_at`;

export const handWritten = { name: 'hand-written', createHandlers };

function createHandlers({ databaseUrl }) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: CONNECTIONS });
  const redeem = async (token) => {
    const values = [hashOf(token), TARGET_APP];
    const { rows } = await pool.query({ name: 'redeem', text: UPDATE, values });
    if (rows.length !== 1) throw new RangeError('no such token');
    return rows[0];
  };
  const issue = async (targetApp) => {
    const token = randomBytes(32).toString('base64url');
    const values = [hashOf(token), nextPerson(), targetApp];
    const { rows } = await pool.query({ name: 'issue', text: INSERT, values });
    return generationReply(token, rows[0].expires_at);
  };
  return Router()
    .use(json())
    .post('/redeem', async (req, res) => {
      res.json(userReply(await redeem(req.body.session_token)));
    })
    .post('/validate-session', async (req, res) => {
      res.json(validationReply(await redeem(req.body.session_token)));
    })
    .post('/generate-session', async (req, res) => {
      res.json(await issue(req.body.target_app));
    });
}
