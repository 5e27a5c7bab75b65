// The process of Tuvens.
import { TUVENS } from '../apps.js';
import { runApp } from './run-app.js';

runApp(TUVENS);
