import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { CrossAppErrorFilter } from './cross-app-error.filter.js';
import { HandoffsModule } from './handoffs.module.js';
import { HomeController } from './home.controller.js';

@Module({
  imports: [HandoffsModule],
  controllers: [HomeController],
  providers: [{ provide: APP_FILTER, useClass: CrossAppErrorFilter }],
})
export class AppModule {}
