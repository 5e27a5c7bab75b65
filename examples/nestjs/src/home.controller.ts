import { Controller, Get, Session, UseGuards } from '@nestjs/common';
import type { SessionData } from 'express-session';
import { SignedInGuard } from './signed-in.guard.js';

@Controller()
export class HomeController {
  @Get()
  home(@Session() session: Partial<SessionData>): string {
    return `Hello ${session.name ?? 'stranger'}`;
  }

  @Get('tickets')
  @UseGuards(SignedInGuard)
  tickets(): readonly string[] {
    return ['Summer Street Festival'];
  }
}
