import type { Knex } from 'knex';
import { withSuffix } from '../../table-name.js';
import type { MaintainedTables } from '../tables.js';
import { uniqueIndexes } from './unique-indexes.js';

/** An index of the plain table that goes on as one of the partitioned table. */
interface KeptIndex {
  /** Quoted, with its schema. */
  readonly name: string;
  /** Quoted: the name it gets as an index of the first partition. */
  readonly partitionIndex: string;
  /** Makes it on whatever has the name of the table then. */
  readonly definition: string;
}

/** What the plain table has beside its columns. Names are quoted. */
export interface PlainTable {
  readonly owner: string;
  readonly comment: string | null;
  /** Of the primary key on `id`. */
  readonly primaryKey: string;
  /** Of the unique index on `token_hash`, without its schema. */
  readonly tokenHashIndex: string;
  readonly keptIndexes: readonly KeptIndex[];
  /** `ADD CONSTRAINT … FOREIGN KEY …` */
  readonly foreignKeys: readonly string[];
  /** Of the identity column, with its schema. */
  readonly sequence: string;
}

type TableRow = Omit<PlainTable, 'keptIndexes' | 'foreignKeys'>;

interface IndexRow {
  readonly name: string;
  readonly columns: string;
  readonly definition: string;
}

const COLUMNS_OF_INDEX =
  "(SELECT string_agg(pg_get_indexdef(indexrelid, number, true), '_' ORDER BY number) FROM generate_series(1, indnkeyatts) number)";

/** SQL that is true for an index which the partitioned table has in another form, or which was built for that. */
export function isReplaced(sessions: string): string {
  const built = uniqueIndexes(sessions).map(({ name }) => `to_regclass('${name}')`);
  return `indisprimary OR coalesce(indexrelid IN (${built.join(', ')}), false)
    OR (indisunique AND indpred IS NULL AND ${COLUMNS_OF_INDEX} = 'token_hash')`;
}

/** Whether the table has no partitions yet. */
export async function isPlain(knex: Knex, { sessions }: MaintainedTables): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: { kind: string }[] }>(
    'SELECT relkind AS kind FROM pg_class WHERE oid = ?::regclass',
    [sessions],
  );
  return rows[0]?.kind === 'r';
}

/** Reads from the catalog what the partitioned table has to have too. */
export async function readPlainTable(knex: Knex, sessions: string): Promise<PlainTable> {
  const read = async <Row>(statement: string): Promise<Row[]> =>
    (await knex.raw<{ rows: Row[] }>(statement, { sessions })).rows;
  const [table] = await read<TableRow>(TABLE);
  const indexes = await read<IndexRow>(keptIndexes(sessions));
  const foreignKeys = await read<{ definition: string }>(FOREIGN_KEYS);
  if (table === undefined) throw new TypeError(`${sessions} has no primary key, or no index on token_hash`);
  return {
    ...table,
    keptIndexes: nameForPartition(sessions, indexes),
    foreignKeys: foreignKeys.map(({ definition }) => definition),
  };
}

// 63 bytes have room for 15 after a name of 40 and _before_.
function nameForPartition(sessions: string, indexes: readonly IndexRow[]): KeptIndex[] {
  const taken = new Set(['token_hash', 'pkey']);
  return indexes.map(({ name, columns, definition }) => {
    const wanted = columns.replace(/\W/g, '').slice(0, 13);
    let suffix = wanted;
    for (let number = 2; taken.has(suffix); number++) suffix = `${wanted}${number}`;
    taken.add(suffix);
    return { name, definition, partitionIndex: withSuffix(sessions, `_before_${suffix}`) };
  });
}

const TABLE = `
SELECT quote_ident(pg_get_userbyid(relowner)) AS owner, obj_description(pg_class.oid, 'pg_class') AS comment,
       quote_ident(conname) AS "primaryKey", quote_ident(token_hash.relname) AS "tokenHashIndex",
       pg_get_serial_sequence(:sessions, 'id') AS sequence
FROM pg_class
JOIN pg_constraint ON conrelid = pg_class.oid AND contype = 'p'
JOIN (SELECT indrelid, min(relname) AS relname
      FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
      WHERE indisunique AND indisvalid AND indpred IS NULL AND ${COLUMNS_OF_INDEX} = 'token_hash'
      GROUP BY indrelid) token_hash ON token_hash.indrelid = pg_class.oid
WHERE pg_class.oid = :sessions::regclass`;

const keptIndexes = (sessions: string): string => `
SELECT format('%I.%I', nspname, relname) AS name, ${COLUMNS_OF_INDEX} AS columns,
       pg_get_indexdef(indexrelid) AS definition
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE indrelid = :sessions::regclass AND indisvalid AND NOT (${isReplaced(sessions)})
ORDER BY indexrelid`;

const FOREIGN_KEYS = `
SELECT format('ADD CONSTRAINT %I ', conname) || pg_get_constraintdef(oid) AS definition
FROM pg_constraint WHERE conrelid = :sessions::regclass AND contype = 'f' ORDER BY conname`;
