import { Module } from '@nestjs/common';
import { HandoffsModule } from './handoffs.module.js';
import { HomeController } from './home.controller.js';

@Module({ imports: [HandoffsModule], controllers: [HomeController] })
export class AppModule {}
