// Parses what the others parse and answers what they answer, without a token, a secret, a check or a database.
import { json, Router } from 'express';
import { generationReply, userReply, validationReply } from '../replies.mjs';

const ROW = {
  user_id: '1',
  email: 'user-1@example.com',
  name: null,
  source_app: 'tuvens',
  created_at: new Date(),
  expires_at: new Date(),
};
const REPLIES = {
  redeem: userReply(ROW),
  'validate-session': validationReply(ROW),
  'generate-session': generationReply(`handoff_${'A'.repeat(56)}`, ROW.expires_at),
};

export const bare = { name: 'bare', doesNothing: true, createHandlers };

function createHandlers() {
  const handlers = Router();
  for (const [path, reply] of Object.entries(REPLIES)) {
    handlers.post(`/${path}`, json(), (req, res) => res.json(reply));
  }
  return handlers;
}
