import type { TestPerson } from '../src/index.js';

export const ACME = { id: '789', name: 'Acme Events', slug: 'acme' } as const;
export const ADA: TestPerson = { id: '456', email: 'ada@example.com', name: 'Ada', accounts: [ACME] };
export const MALLORY: TestPerson = { id: '666', email: 'mallory@evil.example', name: 'Mallory' };
export const TARGET_APP = 'hi-events';
