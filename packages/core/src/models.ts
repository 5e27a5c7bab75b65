// ② The row: what of a token is kept. One file, because each of the three has relations to the other two.
import type { JsonValue } from '@cross-app/protocol';
import { Model, snakeCaseMappers } from 'objection';
import type { ColumnNameMappers, RelationMappings } from 'objection';

/**
 * A row of `cross_app_sessions`, for people who query themselves. The verbs of `createCrossAppSessions` do
 * not go through it: a redeem is one statement that no query builder writes.
 *
 * @example
 * const open = await CrossAppSession.query(knex).where({ user_id: 456 }).whereNull('used_at').withGraphFetched('user');
 */
export class CrossAppSession extends Model {
  /** Its id; a bigint, so pg gives it as text. */
  declare readonly id: string;
  /** Lower-case hex SHA-256 of the whole token. */
  declare tokenHash: string;
  declare userId: number | string;
  declare accountId?: number | string | null;
  declare expiresAt: Date;
  declare createdAt: Date;
  /** When it was redeemed. */
  declare usedAt?: Date | null;
  declare revokedAt?: Date | null;
  declare sourceApp: string;
  declare targetApp: string;
  declare userAgent?: string | null;
  declare ipAddress?: string | null;
  declare redemptionId?: string | null;
  /** When the same redemption was last asked for again. */
  declare retriedAt?: Date | null;
  declare codeChallenge?: string | null;
  declare permissions?: readonly string[] | null;
  declare payload?: JsonValue;
  declare redeemedUserAgent?: string | null;
  declare redeemedIp?: string | null;
  declare epoch?: string | null;
  /** How often somebody tried to redeem it once it was used up. */
  declare replays: number;

  declare user?: User;
  declare account?: Account | null;

  static override readonly tableName: string = 'cross_app_sessions';
  static override readonly columnNameMappers: ColumnNameMappers = snakeCaseMappers();

  // jsonb columns: without this, objection would send a list as a PostgreSQL array.
  static override get jsonAttributes(): string[] {
    return ['permissions', 'payload'];
  }

  static override get relationMappings(): RelationMappings {
    return {
      user: {
        relation: Model.BelongsToOneRelation,
        modelClass: () => User,
        join: { from: 'cross_app_sessions.user_id', to: 'users.id' },
      },
      account: {
        relation: Model.BelongsToOneRelation,
        modelClass: () => Account,
        join: { from: 'cross_app_sessions.account_id', to: 'accounts.id' },
      },
    };
  }

  /** By this machine's clock, so for display only: whether a token is accepted is PostgreSQL's decision. */
  get isExpired(): boolean {
    return new Date() > this.expiresAt;
  }

  get isUsed(): boolean {
    return this.usedAt != null;
  }

  /** Null and undefined both mean "not revoked": a row that was just inserted has no such column yet. */
  get isRevoked(): boolean {
    return this.revokedAt != null;
  }

  /** Whether it could still be redeemed. */
  get isActive(): boolean {
    return !this.isExpired && !this.isUsed && !this.isRevoked;
  }
}

/** A row of `users`, as our own migration makes it. Hosts with a table of their own have a model of their own. */
export class User extends Model {
  declare readonly id: number;
  declare email: string;
  declare name?: string | null;
  declare createdAt: Date;

  declare accounts?: Account[];
  declare crossAppSessions?: CrossAppSession[];

  static override readonly tableName: string = 'users';
  static override readonly columnNameMappers: ColumnNameMappers = snakeCaseMappers();

  static override get relationMappings(): RelationMappings {
    return {
      accounts: {
        relation: Model.ManyToManyRelation,
        modelClass: () => Account,
        join: {
          from: 'users.id',
          through: { from: 'account_members.user_id', to: 'account_members.account_id' },
          to: 'accounts.id',
        },
      },
      crossAppSessions: {
        relation: Model.HasManyRelation,
        modelClass: () => CrossAppSession,
        join: { from: 'users.id', to: 'cross_app_sessions.user_id' },
      },
    };
  }
}

/** A row of `accounts`, as our own migration makes it. */
export class Account extends Model {
  declare readonly id: number;
  declare name: string;
  /** Unique, for URLs. */
  declare slug: string;
  declare createdAt: Date;

  declare users?: User[];
  declare crossAppSessions?: CrossAppSession[];

  static override readonly tableName: string = 'accounts';
  static override readonly columnNameMappers: ColumnNameMappers = snakeCaseMappers();

  static override get relationMappings(): RelationMappings {
    return {
      users: {
        relation: Model.ManyToManyRelation,
        modelClass: () => User,
        join: {
          from: 'accounts.id',
          through: { from: 'account_members.account_id', to: 'account_members.user_id' },
          to: 'users.id',
        },
      },
      crossAppSessions: {
        relation: Model.HasManyRelation,
        modelClass: () => CrossAppSession,
        join: { from: 'accounts.id', to: 'cross_app_sessions.account_id' },
      },
    };
  }
}
