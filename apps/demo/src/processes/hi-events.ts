// The process of Hi.Events.
import { HI_EVENTS } from '../apps.js';
import { runApp } from './run-app.js';

runApp(HI_EVENTS);
