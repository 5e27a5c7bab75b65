import { isCrossAppError } from '@cross-app/core';
import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { Response } from 'express';

/** Nest takes every error for a 500 unless it is its own: a refused token is a 401, no database a 503. */
@Catch()
export class CrossAppErrorFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    if (!isCrossAppError(error)) {
      super.catch(error, host);
      return;
    }
    host.switchToHttp().getResponse<Response>().set(error.headers);
    // Its JSON and not itself: the reason is for the log.
    super.catch(new HttpException(error.toJSON(), error.status), host);
  }
}
