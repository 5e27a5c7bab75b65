import { createMigrationSource } from '@cross-app/core';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

/** The parsed option of {@link addSessionsTableOption}, as core takes it. */
export interface SessionsTableFlags {
  readonly sessionsTable?: string;
}

/** The option that says which table of handoffs is meant. */
export function addSessionsTableOption(command: Command): Command {
  return command.option(
    '--sessions-table <name>',
    'the table of handoffs, when there are several',
    readTableName,
  );
}

function readTableName(text: string): string {
  try {
    createMigrationSource({ tables: { sessions: text } });
    return text;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
