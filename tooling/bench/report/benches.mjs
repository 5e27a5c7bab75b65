// Of each bench that has results: how they read.
import * as footprint from '../footprint/report.mjs';
import * as growth from '../growth/report.mjs';
import * as http from '../http/report.mjs';
import * as issuer from '../issuer/report.mjs';
import * as latency from '../latency/report.mjs';
import * as maintenance from '../maintenance/report.mjs';
import * as refusals from '../refusals/report.mjs';
import * as verbs from '../verbs/report.mjs';

export const REPORTS = { footprint, growth, http, issuer, latency, maintenance, refusals, verbs };
