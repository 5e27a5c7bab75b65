import { isCrossAppError } from '@cross-app/core';
import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { Response } from 'express';

/** Nest by itself answers with the error's status and message; this adds its code, and headers such as Retry-After. */
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
