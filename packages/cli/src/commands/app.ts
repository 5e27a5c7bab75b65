import type { Command } from 'commander';
import type { Terminal } from '../terminal.js';
import { addAppAddCommand } from './app-add.js';
import { addAppListCommand } from './app-list.js';
import { addAppRemoveCommand } from './app-remove.js';
import { addAppRotateCommand } from './app-rotate.js';

/** `cross-app app` */
export function addAppCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('app')
    .description('Register the apps that an issuer knows, and change their secrets.');
  addAppAddCommand(command, terminal);
  addAppRotateCommand(command, terminal);
  addAppListCommand(command, terminal);
  addAppRemoveCommand(command, terminal);
}
